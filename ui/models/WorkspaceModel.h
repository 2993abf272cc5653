// Deployments and, below each, its workspaces. Rows keep their identity: an update changes, inserts or removes exactly
// the rows that differ.
#pragma once

#include <QAbstractItemModel>
#include <memory>
#include <vector>

#include "ui/models/WorkspaceItem.h"

namespace berth::ui {

// What every list can be; the view shows a different face for each. Content of an offline or signed-out deployment
// stays and is shown as old.
enum class LoadState { Loading, Content, Offline, SignedOut };

struct DeploymentItem {
  QString id;
  QString name;    // "This computer", "acme.example.com"
  QString detail;  // "Server running, version 0.1"
  bool isLocal = false;
  LoadState state = LoadState::Loading;
  QString error;        // why it is offline, a sentence
  QDateTime reachedAt;  // when it last answered; null before that

  bool isStale() const { return state == LoadState::Offline || state == LoadState::SignedOut; }
};

class WorkspaceModel : public QAbstractItemModel {
  Q_OBJECT

 public:
  enum Column { NameColumn, StatusColumn, LastUsedColumn, ActionColumn, ColumnCount };
  enum DataRole {
    IdRole = Qt::UserRole,
    DeploymentIdRole,
    IsGroupRole,
    ItemRole,   // WorkspaceItem
    SortRole,   // the column's value, never its text
    StateRole,  // ui::Role as int
    SecondLineRole,
    CountTextRole,  // of a deployment: "3 workspaces"
    LocalRole,      // of a deployment: true for this computer
    StaleRole,      // true when the row is from before the deployment went offline
  };

  explicit WorkspaceModel(QObject* parent = nullptr);
  ~WorkspaceModel() override;

  void setDeployment(const DeploymentItem& deployment);  // adds or updates by id
  void removeDeployment(const QString& id);
  void setWorkspaces(const QString& deploymentId, const QList<WorkspaceItem>& workspaces);
  void updateWorkspace(const QString& deploymentId, const WorkspaceItem& workspace);  // adds it when new

  QModelIndex deploymentIndex(const QString& id) const;
  QModelIndex workspaceIndex(const QString& deploymentId, const QString& workspaceId) const;
  std::optional<WorkspaceItem> workspace(const QModelIndex& index) const;
  const DeploymentItem* deployment(const QModelIndex& index) const;
  QList<DeploymentItem> deployments() const;
  QList<WorkspaceItem> workspaces(const QString& deploymentId) const;
  int workspaceCount() const;

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& child) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;  // heads are not selected
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Group;
  Group* findGroup(const QString& id) const;
  QVariant groupData(const Group& group, int column, int role) const;
  static QString toolTip(const DeploymentItem& deployment, const WorkspaceItem& item, int column);
  QVariant workspaceData(const Group& group, const WorkspaceItem& item, int column, int role) const;
  QModelIndex groupIndex(const Group& group, int column = 0) const;

  std::vector<std::unique_ptr<Group>> m_groups;
};

}  // namespace berth::ui

Q_DECLARE_METATYPE(berth::ui::WorkspaceItem)

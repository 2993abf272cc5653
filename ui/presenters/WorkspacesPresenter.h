// What the workspace list does: keeps the models current from all deployments and runs the actions that a row offers.
// Knows no widget. Main thread.
#pragma once

#include <QObject>
#include <QTimer>

#include "ui/bridge/Deployment.h"
#include "ui/models/BuildLogModel.h"
#include "ui/models/Connections.h"
#include "ui/models/TemplateModel.h"
#include "ui/models/WorkspaceFilter.h"
#include "ui/models/WorkspaceModel.h"

namespace berth::ui {

// Names a workspace across deployments.
struct WorkspaceKey {
  QString deploymentId;
  QString workspaceId;
  bool operator==(const WorkspaceKey&) const = default;
};

class WorkspacesPresenter : public QObject {
  Q_OBJECT

 public:
  explicit WorkspacesPresenter(QObject* parent = nullptr);

  // Not owned; removed by itself when it is destroyed.
  void addDeployment(Deployment* deployment);
  Deployment* deployment(const QString& id) const;
  // A deployment that is known but has no connection yet: its server starts, its keyring is locked.
  void announce(const DeploymentItem& deployment) { setDeployment(deployment); }
  QList<DeploymentItem> deployments() const { return m_model.deployments(); }
  bool hasSeveralDeployments() const { return m_model.rowCount() > 1; }
  void retry();  // asks all of them again, now

  WorkspaceModel* model() { return &m_model; }
  const WorkspaceModel* model() const { return &m_model; }
  WorkspaceFilter* filter() { return &m_filter; }
  TemplateModel* templates() { return &m_templates; }
  // Kept current by whoever has the tunnels.
  Connections* connections() { return &m_connections; }

  std::optional<WorkspaceItem> workspace(const WorkspaceKey& key) const;
  static WorkspaceKey keyOf(const QModelIndex& index);

  // The log of one workspace's latest build; follows a newer build by itself until another workspace is chosen.
  BuildLogModel* log() { return &m_log; }
  void showLog(const WorkspaceKey& key);
  void hideLog();
  WorkspaceKey logged() const { return m_logged; }

  // What runs now, over all deployments that answer: for the status bar and the tray.
  QList<std::pair<WorkspaceKey, WorkspaceItem>> changing() const;
  int runningCount() const;

 public Q_SLOTS:
  void start(const berth::ui::WorkspaceKey& key);
  void stop(const berth::ui::WorkspaceKey& key);
  void restart(const berth::ui::WorkspaceKey& key);
  void remove(const berth::ui::WorkspaceKey& key);
  void cancel(const berth::ui::WorkspaceKey& key);

 public:
  // Without `done` a refusal becomes failed().
  void create(const QString& deploymentId, const QString& templateId, const QString& name, Reply done = {});

 Q_SIGNALS:
  void workspacesChanged();
  void deploymentsChanged();
  void failed(const QString& what, const QString& why);  // an action that did not work
  void buildEnded(const berth::ui::WorkspaceKey& key, const berth::ui::WorkspaceItem& item);
  void loggedChanged();
  void retryRequested();  // for what is announced only

 private:
  void run(const WorkspaceKey& key, Transition transition, const QString& what);
  void receive(Deployment* deployment, const WorkspaceList& workspaces);
  void setState(Deployment* deployment, LoadState state, const QString& detail, const QString& error);
  void setDeployment(const DeploymentItem& deployment);
  void finishLog();
  QList<std::pair<WorkspaceKey, WorkspaceItem>> findDeleted(const QString& deploymentId,
                                                            const QList<WorkspaceItem>& now) const;
  void followCurrentBuild();
  Reply reporting(const QString& what);

  QList<Deployment*> m_deployments;
  QSet<WorkspaceKey> m_restarting;  // stopped on the way to being started again
  QSet<WorkspaceKey> m_deleting;    // asked to be deleted from here
  QMap<QString, QDateTime> m_reachedAt;
  WorkspaceModel m_model;
  WorkspaceFilter m_filter;
  TemplateModel m_templates;
  Connections m_connections;
  BuildLogModel m_log;
  WorkspaceKey m_logged;
  QString m_followedBuild;
  bool m_logHasEnded = false;
};

size_t qHash(const WorkspaceKey& key, size_t seed = 0) noexcept;

}  // namespace berth::ui

Q_DECLARE_METATYPE(berth::ui::WorkspaceKey)

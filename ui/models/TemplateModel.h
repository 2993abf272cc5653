// Templates of all deployments, in one flat list sorted by deployment and name.
#pragma once

#include <QAbstractTableModel>
#include <QDateTime>

#include "core/api/Templates.h"

namespace berth::ui {

struct TemplateItem {
  QString deploymentId;
  QString deploymentName;
  QString id;
  QString name;         // display name, else name
  QString slug;         // the name in commands
  QString description;  // one line
  qint64 users = 0;
  qint64 medianBuildSeconds = -1;  // unknown when negative
  QDateTime updatedAt;
  bool isDeprecated = false;
};

TemplateItem toTemplateItem(const api::Template& source);

class TemplateModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { NameColumn, UsersColumn, BuildColumn, UpdatedColumn, ColumnCount };
  enum DataRole { IdRole = Qt::UserRole, DeploymentIdRole, SecondLineRole, SortRole };

  using QAbstractTableModel::QAbstractTableModel;

  void setTemplates(const QString& deploymentId, const QString& deploymentName, QList<TemplateItem> templates);
  const TemplateItem* item(const QModelIndex& index) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QList<TemplateItem> m_items;
};

}  // namespace berth::ui

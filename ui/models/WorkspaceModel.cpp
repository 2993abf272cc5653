#include "ui/models/WorkspaceModel.h"

#include <QLocale>
#include <QSet>

namespace berth::ui {

namespace {

QString asOf(const DeploymentItem& deployment) {
  return WorkspaceModel::tr("as of %1").arg(QLocale().toString(deployment.reachedAt.time(), QLocale::ShortFormat));
}

}  // namespace

struct WorkspaceModel::Group {
  DeploymentItem deployment;
  std::vector<WorkspaceItem> workspaces;

  int rowOf(const QString& id) const {
    const auto found = std::ranges::find(workspaces, id, &WorkspaceItem::id);
    return found == workspaces.end() ? -1 : static_cast<int>(found - workspaces.begin());
  }
};

WorkspaceModel::WorkspaceModel(QObject* parent) : QAbstractItemModel(parent) {}
WorkspaceModel::~WorkspaceModel() = default;

WorkspaceModel::Group* WorkspaceModel::findGroup(const QString& id) const {
  const auto found = std::ranges::find_if(m_groups, [&](const auto& group) { return group->deployment.id == id; });
  return found == m_groups.end() ? nullptr : found->get();
}

QModelIndex WorkspaceModel::groupIndex(const Group& group, int column) const {
  const auto found = std::ranges::find_if(m_groups, [&](const auto& each) { return each.get() == &group; });
  return createIndex(static_cast<int>(found - m_groups.begin()), column, nullptr);
}

void WorkspaceModel::setDeployment(const DeploymentItem& deployment) {
  if (Group* group = findGroup(deployment.id)) {
    group->deployment = deployment;
    Q_EMIT dataChanged(groupIndex(*group), groupIndex(*group, ColumnCount - 1));
    if (const int last = static_cast<int>(group->workspaces.size()) - 1; last >= 0)
      Q_EMIT dataChanged(createIndex(0, 0, group), createIndex(last, ColumnCount - 1, group));
    return;
  }
  const int row = static_cast<int>(m_groups.size());
  beginInsertRows({}, row, row);
  m_groups.push_back(std::make_unique<Group>(Group{deployment, {}}));
  endInsertRows();
}

void WorkspaceModel::removeDeployment(const QString& id) {
  Group* group = findGroup(id);
  if (group == nullptr) return;
  const int row = groupIndex(*group).row();
  beginRemoveRows({}, row, row);
  m_groups.erase(m_groups.begin() + row);
  endRemoveRows();
}

void WorkspaceModel::setWorkspaces(const QString& deploymentId, const QList<WorkspaceItem>& workspaces) {
  Group* group = findGroup(deploymentId);
  if (group == nullptr) return;
  QSet<QString> kept;
  for (const WorkspaceItem& item : workspaces) kept.insert(item.id);
  for (int row = static_cast<int>(group->workspaces.size()) - 1; row >= 0; --row) {
    if (kept.contains(group->workspaces[static_cast<std::size_t>(row)].id)) continue;
    beginRemoveRows(groupIndex(*group), row, row);
    group->workspaces.erase(group->workspaces.begin() + row);
    endRemoveRows();
  }
  for (const WorkspaceItem& item : workspaces) updateWorkspace(deploymentId, item);
}

void WorkspaceModel::updateWorkspace(const QString& deploymentId, const WorkspaceItem& workspace) {
  Group* group = findGroup(deploymentId);
  if (group == nullptr) return;
  const int row = group->rowOf(workspace.id);
  if (row >= 0) {
    group->workspaces[static_cast<std::size_t>(row)] = workspace;
    Q_EMIT dataChanged(createIndex(row, 0, group), createIndex(row, ColumnCount - 1, group));
    return;
  }
  const int end = static_cast<int>(group->workspaces.size());
  beginInsertRows(groupIndex(*group), end, end);
  group->workspaces.push_back(workspace);
  endInsertRows();
}

QModelIndex WorkspaceModel::deploymentIndex(const QString& id) const {
  const Group* group = findGroup(id);
  return group == nullptr ? QModelIndex() : groupIndex(*group);
}

QModelIndex WorkspaceModel::workspaceIndex(const QString& deploymentId, const QString& workspaceId) const {
  Group* group = findGroup(deploymentId);
  const int row = group == nullptr ? -1 : group->rowOf(workspaceId);
  return row < 0 ? QModelIndex() : createIndex(row, 0, group);
}

std::optional<WorkspaceItem> WorkspaceModel::workspace(const QModelIndex& index) const {
  const auto* group = static_cast<const Group*>(index.internalPointer());
  if (!index.isValid() || group == nullptr) return std::nullopt;
  return group->workspaces[static_cast<std::size_t>(index.row())];
}

const DeploymentItem* WorkspaceModel::deployment(const QModelIndex& index) const {
  if (!index.isValid()) return nullptr;
  const auto* group = static_cast<const Group*>(index.internalPointer());
  return group != nullptr ? &group->deployment : &m_groups[static_cast<std::size_t>(index.row())]->deployment;
}

QList<DeploymentItem> WorkspaceModel::deployments() const {
  QList<DeploymentItem> items;
  for (const auto& group : m_groups) items.append(group->deployment);
  return items;
}

QList<WorkspaceItem> WorkspaceModel::workspaces(const QString& deploymentId) const {
  const Group* group = findGroup(deploymentId);
  return group == nullptr ? QList<WorkspaceItem>()
                          : QList<WorkspaceItem>(group->workspaces.begin(), group->workspaces.end());
}

int WorkspaceModel::workspaceCount() const {
  std::size_t count = 0;
  for (const auto& group : m_groups) count += group->workspaces.size();
  return static_cast<int>(count);
}

QModelIndex WorkspaceModel::index(int row, int column, const QModelIndex& parent) const {
  if (!hasIndex(row, column, parent)) return {};
  if (!parent.isValid()) return createIndex(row, column, nullptr);
  return createIndex(row, column, m_groups[static_cast<std::size_t>(parent.row())].get());
}

QModelIndex WorkspaceModel::parent(const QModelIndex& child) const {
  const auto* group = static_cast<const Group*>(child.internalPointer());
  return group == nullptr ? QModelIndex() : groupIndex(*group);
}

int WorkspaceModel::rowCount(const QModelIndex& parent) const {
  if (!parent.isValid()) return static_cast<int>(m_groups.size());
  if (parent.internalPointer() != nullptr || parent.column() != 0) return 0;
  return static_cast<int>(m_groups[static_cast<std::size_t>(parent.row())]->workspaces.size());
}

int WorkspaceModel::columnCount(const QModelIndex&) const { return ColumnCount; }

QVariant WorkspaceModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const auto* group = static_cast<const Group*>(index.internalPointer());
  if (group == nullptr) return groupData(*m_groups[static_cast<std::size_t>(index.row())], index.column(), role);
  return workspaceData(*group, group->workspaces[static_cast<std::size_t>(index.row())], index.column(), role);
}

Qt::ItemFlags WorkspaceModel::flags(const QModelIndex& index) const {
  const Qt::ItemFlags all = QAbstractItemModel::flags(index);
  return index.isValid() && index.internalPointer() == nullptr ? all & ~Qt::ItemIsSelectable : all;
}

QVariant WorkspaceModel::groupData(const Group& group, int column, int role) const {
  switch (role) {
    case Qt::DisplayRole: return column == NameColumn ? group.deployment.name : QString();
    case Qt::AccessibleTextRole: return group.deployment.name + QLatin1String(", ") + group.deployment.detail;
    case SecondLineRole: return group.deployment.detail;
    case CountTextRole: return tr("%n workspace(s)", nullptr, static_cast<int>(group.workspaces.size()));
    case LocalRole: return group.deployment.isLocal;
    case IdRole:
    case DeploymentIdRole: return group.deployment.id;
    case SortRole: return group.deployment.name;
    case IsGroupRole: return true;
    default: return {};
  }
}

QString WorkspaceModel::toolTip(const DeploymentItem& deployment, const WorkspaceItem& item, int column) {
  switch (column) {
    case NameColumn: return tr("%1\n%2").arg(item.name, item.templateName);
    case StatusColumn: return item.build.error.isEmpty() ? item.statusDetail : item.build.error;
    case LastUsedColumn: return QLocale().toString(item.lastUsedAt, QLocale::LongFormat);
    default: return deployment.isStale() ? tr("Needs %1, which cannot be reached").arg(deployment.name) : QString();
  }
}

QVariant WorkspaceModel::workspaceData(const Group& group, const WorkspaceItem& item, int column, int role) const {
  switch (role) {
    case IdRole: return item.id;
    case DeploymentIdRole: return group.deployment.id;
    case IsGroupRole: return false;
    case ItemRole: return QVariant::fromValue(item);
    case StateRole: return static_cast<int>(item.role);
    case StaleRole: return group.deployment.isStale();
    case SecondLineRole:
      if (column != StatusColumn) return item.templateName;
      return group.deployment.isStale() ? asOf(group.deployment) : item.statusDetail;
    case Qt::AccessibleTextRole:
      return tr("%1, %2, %3")
          .arg(item.name, item.templateName,
               item.statusDetail.isEmpty() ? item.statusWord : item.statusWord + QLatin1Char(' ') + item.statusDetail);
    case Qt::ToolTipRole: return toolTip(group.deployment, item, column);
    case SortRole:
      if (column == LastUsedColumn) return item.lastUsedAt;
      return column == StatusColumn ? QVariant(static_cast<int>(item.status)) : QVariant(item.name);
    case Qt::DisplayRole:
      if (column == NameColumn) return item.name;
      if (column == StatusColumn) return item.statusWord;
      if (column == LastUsedColumn) return relativeTime(item.lastUsedAt, QDateTime::currentDateTime());
      return {};
    default: return {};
  }
}

QVariant WorkspaceModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  switch (section) {
    case NameColumn: return tr("Workspace");
    case StatusColumn: return tr("Status");
    case LastUsedColumn: return tr("Last used");
    default: return QString();
  }
}

}  // namespace berth::ui

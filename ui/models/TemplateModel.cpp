#include "ui/models/TemplateModel.h"

#include <QLocale>

#include "ui/models/WorkspaceItem.h"

namespace berth::ui {

namespace {

bool isBefore(const TemplateItem& a, const TemplateItem& b) {
  if (a.deploymentId != b.deploymentId) return a.deploymentName.localeAwareCompare(b.deploymentName) < 0;
  return a.name.localeAwareCompare(b.name) < 0;
}

bool isSame(const TemplateItem& a, const TemplateItem& b) {
  return a.id == b.id && a.name == b.name && a.description == b.description && a.users == b.users &&
         a.medianBuildSeconds == b.medianBuildSeconds && a.updatedAt == b.updatedAt && a.isDeprecated == b.isDeprecated;
}

}  // namespace

TemplateItem toTemplateItem(const api::Template& source) {
  TemplateItem item;
  item.id = QString::fromStdString(source.id.toString());
  item.slug = QString::fromStdString(source.name);
  item.name = source.display_name.empty() ? item.slug : QString::fromStdString(source.display_name);
  item.description = QString::fromStdString(source.description).section(QLatin1Char('\n'), 0, 0);
  item.users = source.active_user_count;
  if (const auto start = source.build_time_stats.find("start"); start != source.build_time_stats.end())
    item.medianBuildSeconds = start->second.P50 ? *start->second.P50 / 1000 : -1;
  item.updatedAt = QDateTime::fromMSecsSinceEpoch(
      std::chrono::duration_cast<std::chrono::milliseconds>(source.updated_at.time_since_epoch()).count());
  item.isDeprecated = source.deprecated;
  return item;
}

void TemplateModel::setTemplates(const QString& deploymentId, const QString& deploymentName,
                                 QList<TemplateItem> templates) {
  QList<TemplateItem> next;
  for (const TemplateItem& item : std::as_const(m_items))
    if (item.deploymentId != deploymentId) next.append(item);
  for (TemplateItem& item : templates) {
    item.deploymentId = deploymentId;
    item.deploymentName = deploymentName;
    next.append(std::move(item));
  }
  std::ranges::sort(next, isBefore);
  if (std::ranges::equal(next, m_items, isSame)) return;
  beginResetModel();
  m_items = std::move(next);
  endResetModel();
}

const TemplateItem* TemplateModel::item(const QModelIndex& index) const {
  return index.isValid() && index.row() < m_items.size() ? &m_items[index.row()] : nullptr;
}

int TemplateModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_items.size());
}
int TemplateModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant TemplateModel::data(const QModelIndex& index, int role) const {
  const TemplateItem* shown = item(index);
  if (shown == nullptr) return {};
  switch (role) {
    case IdRole: return shown->id;
    case DeploymentIdRole: return shown->deploymentId;
    case SecondLineRole: return shown->description;
    case Qt::ToolTipRole: return shown->description;
    case Qt::DisplayRole: break;
    default: return {};
  }
  switch (index.column()) {
    case NameColumn: return shown->isDeprecated ? tr("%1 (deprecated)").arg(shown->name) : shown->name;
    case UsersColumn: return shown->users;
    case BuildColumn: return shown->medianBuildSeconds < 0 ? tr("unknown") : durationText(shown->medianBuildSeconds);
    case UpdatedColumn: return QLocale().toString(shown->updatedAt.date(), QLocale::ShortFormat);
    default: return {};
  }
}

QVariant TemplateModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  switch (section) {
    case NameColumn: return tr("Template");
    case UsersColumn: return tr("Users");
    case BuildColumn: return tr("Median build");
    case UpdatedColumn: return tr("Updated");
    default: return {};
  }
}

}  // namespace berth::ui

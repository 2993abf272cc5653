#include "ui/models/WorkspaceFilter.h"

namespace berth::ui {

WorkspaceFilter::WorkspaceFilter(QObject* parent) : QSortFilterProxyModel(parent) {
  setSortRole(WorkspaceModel::SortRole);
  setSortCaseSensitivity(Qt::CaseInsensitive);
  setDynamicSortFilter(true);
}

void WorkspaceFilter::setKind(Kind kind) {
  if (m_kind == kind) return;
  m_kind = kind;
  invalidateFilter();
}

void WorkspaceFilter::setText(const QString& text) {
  if (m_text == text) return;
  m_text = text;
  invalidateFilter();
}

bool WorkspaceFilter::matches(const WorkspaceItem& item, Kind kind) {
  switch (kind) {
    case Kind::All: return true;
    case Kind::Running: return item.isRunning();
    case Kind::Failed: return item.status == WorkspaceStatus::Failed;
    case Kind::Outdated: return item.isOutdated;
  }
  return true;
}

int WorkspaceFilter::count(const WorkspaceModel& model, Kind kind) {
  int matching = 0;
  for (int group = 0; group < model.rowCount(); ++group) {
    const QModelIndex parent = model.index(group, 0);
    for (int row = 0; row < model.rowCount(parent); ++row)
      if (const auto item = model.workspace(model.index(row, 0, parent)); item && matches(*item, kind)) ++matching;
  }
  return matching;
}

bool WorkspaceFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
  if (!parent.isValid()) return true;  // deployments keep their place
  const QModelIndex index = sourceModel()->index(row, 0, parent);
  const auto item = index.data(WorkspaceModel::ItemRole).value<WorkspaceItem>();
  if (!matches(item, m_kind)) return false;
  const auto contains = [this](const QString& text) { return text.contains(m_text, Qt::CaseInsensitive); };
  return m_text.isEmpty() || contains(item.name) || contains(item.templateName) || contains(item.owner);
}

bool WorkspaceFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
  if (left.data(WorkspaceModel::IsGroupRole).toBool()) return left.row() < right.row();
  const QVariant a = left.data(WorkspaceModel::SortRole);
  const QVariant b = right.data(WorkspaceModel::SortRole);
  if (a != b) return QSortFilterProxyModel::lessThan(left, right);
  return left.siblingAtColumn(0).data().toString().localeAwareCompare(right.siblingAtColumn(0).data().toString()) < 0;
}

}  // namespace berth::ui

// Which workspaces the list shows, and in which order.
#pragma once

#include <QSortFilterProxyModel>

#include "ui/models/WorkspaceModel.h"

namespace berth::ui {

class WorkspaceFilter : public QSortFilterProxyModel {
  Q_OBJECT

 public:
  enum class Kind { All, Running, Failed, Outdated };

  explicit WorkspaceFilter(QObject* parent = nullptr);

  void setKind(Kind kind);
  void setText(const QString& text);  // in name, template or owner
  Kind kind() const { return m_kind; }
  QString text() const { return m_text; }
  bool isFiltering() const { return m_kind != Kind::All || !m_text.isEmpty(); }

  static bool matches(const WorkspaceItem& item, Kind kind);
  static int count(const WorkspaceModel& model, Kind kind);

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
  bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

 private:
  Kind m_kind = Kind::All;
  QString m_text;
};

}  // namespace berth::ui

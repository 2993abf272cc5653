// Paints a workspace row: state glyph, name over template, status word over detail, last use, and one action.
#pragma once

#include <QStyledItemDelegate>
#include <QTimer>

#include "ui/models/WorkspaceItem.h"

namespace berth::ui {

class WorkspaceDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  // What the row's main action does; the words are in the user's language.
  enum class Action { None, Open, Start, ShowLog, Cancel };
  static Action mainAction(const WorkspaceItem& item);
  static QString actionText(Action action);

  explicit WorkspaceDelegate(QObject* parent = nullptr);

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                   const QModelIndex& index) override;

  // One turn per 1.2 s while something changes; the view repaints on arcTurned().
  void setAnimated(bool animated);

 Q_SIGNALS:
  void actionTriggered(const QModelIndex& index);
  void arcTurned();

 private:
  void paintGroup(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
  void paintTwoLines(QPainter& painter, const QStyleOptionViewItem& option, const QRect& rect, const QString& first,
                     const QFont& firstFont, const QColor& firstColor, const QString& second) const;
  QRect actionRect(const QStyleOptionViewItem& option) const;
  void paintAction(QPainter& painter, const QStyleOptionViewItem& option, const WorkspaceItem& item) const;

  QTimer m_arcTimer;
  double m_phase = 0;
};

}  // namespace berth::ui

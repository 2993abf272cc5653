// Paints a workspace row: state glyph, name over template, status word over detail, last use, and one action. On the
// selected row the action is the window's one filled button; its arrow opens the row's menu.
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
  void menuRequested(const QModelIndex& index, const QRect& button);  // in the viewport's coordinates
  void arcTurned();

 private:
  void paintGroup(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
  void paintCell(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
  void paintButton(QPainter& painter, const QStyleOptionViewItem& option, const QString& text) const;
  static QRect buttonRect(const QStyleOptionViewItem& option, const QString& text);
  static QRect arrowRect(const QStyleOptionViewItem& option, const QRect& button);

  QTimer m_arcTimer;
  double m_phase = 0;
};

}  // namespace berth::ui

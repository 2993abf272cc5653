#include "ui/views/RowTree.h"

#include <QContextMenuEvent>
#include <QKeyEvent>

#include "ui/theme/RowPainter.h"
#include "ui/views/ListHeader.h"

namespace berth::ui {

RowTree::RowTree(int firstInset, QWidget* parent) : QTreeView(parent) {
  setHeader(new ListHeader(firstInset, this));
  header()->setSectionResizeMode(QHeaderView::Fixed);
  setIndentation(0);
  setRootIsDecorated(false);
  setItemsExpandable(false);
  setMouseTracking(true);
  setFrameShape(QFrame::NoFrame);
  setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
}

void RowTree::drawRow(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyleOptionViewItem row = option;
  const bool isPlain = index.flags().testFlag(Qt::ItemIsSelectable);
  row.state.setFlag(QStyle::State_Selected, isPlain && selectionModel()->isRowSelected(index.row(), index.parent()));
  row.state.setFlag(QStyle::State_Active, isActiveWindow() && hasFocus());
  row.state.setFlag(QStyle::State_HasFocus,
                    hasFocus() && index.row() == currentIndex().row() && index.parent() == currentIndex().parent());
  RowPainter::background(*painter, row);
  QStyleOptionViewItem plain = option;
  RowPainter::clearStates(plain);
  plain.state.setFlag(QStyle::State_Selected, row.state.testFlag(QStyle::State_Selected));  // the delegate's button
  QTreeView::drawRow(painter, plain, index);
}

// From the keyboard the menu belongs to the current row, wherever the pointer is.
void RowTree::contextMenuEvent(QContextMenuEvent* event) {
  const bool byKeyboard = event->reason() == QContextMenuEvent::Keyboard;
  const QModelIndex index = byKeyboard ? currentIndex() : indexAt(event->pos());
  if (!index.isValid()) return;
  const QPoint at = byKeyboard ? visualRect(index).center() : event->pos();
  Q_EMIT menuRequested(index, viewport()->mapToGlobal(at));
}

void RowTree::keyPressEvent(QKeyEvent* event) {
  const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
  if (isEnter && event->modifiers().testFlags(Qt::NoModifier) && !event->isAutoRepeat())
    Q_EMIT mainActionRequested(currentIndex());
  else
    QTreeView::keyPressEvent(event);
}

}  // namespace berth::ui

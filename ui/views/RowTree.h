// A list whose rows look alike in the whole app: ground, selection and focus by RowPainter, no branches, a plain head.
// Enter runs the current row; the menu key opens its menu.
#pragma once

#include <QTreeView>

namespace berth::ui {

class RowTree : public QTreeView {
  Q_OBJECT

 public:
  // `firstInset`: where the text of the first column begins, in design pixels.
  RowTree(int firstInset, QWidget* parent);

 Q_SIGNALS:
  void mainActionRequested(const QModelIndex& index);
  void menuRequested(const QModelIndex& index, const QPoint& globalPosition);

 protected:
  void drawRow(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  void drawBranches(QPainter*, const QRect&, const QModelIndex&) const override {}
  void contextMenuEvent(QContextMenuEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
};

}  // namespace berth::ui

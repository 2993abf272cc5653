// The ground of a row, alike in every list of the app: selection tint with a bar, hover, keyboard focus.
#pragma once

#include <QPainter>
#include <QStyleOptionViewItem>

namespace berth::ui {

class RowPainter {
 public:
  static void background(QPainter& painter, const QStyleOptionViewItem& row);

  // Where a square of `size` stands in a row, `left` from its leading edge, in the middle of its height.
  static QRect square(const QStyleOptionViewItem& row, int left, int size);

  // What a delegate draws afterwards must not repeat the style's own selection and focus.
  static void clearStates(QStyleOptionViewItem& row);
};

}  // namespace berth::ui

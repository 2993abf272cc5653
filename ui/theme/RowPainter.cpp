#include "ui/theme/RowPainter.h"

#include <QStyle>

#include "ui/theme/Colors.h"
#include "ui/theme/Metrics.h"

namespace berth::ui {

namespace {
constexpr int kBarWidth = 3;
constexpr int kFocusFrame = 2;
}  // namespace

void RowPainter::background(QPainter& painter, const QStyleOptionViewItem& row) {
  const Colors colors = Colors::from(row.palette);
  const bool isActive = row.state.testFlag(QStyle::State_Active);
  painter.save();
  if (row.state.testFlag(QStyle::State_Selected)) {
    painter.fillRect(row.rect, isActive ? colors.selection : colors.selectionIdle);
    QRect bar = row.rect;
    bar.setWidth(Metrics::px(kBarWidth));
    bar = QStyle::visualRect(row.direction, row.rect, bar);
    painter.fillRect(bar, isActive ? colors.focus : colors.edge);
  } else if (row.state.testFlag(QStyle::State_MouseOver)) {
    painter.fillRect(row.rect, colors.hover);
  }
  if (row.state.testFlag(QStyle::State_HasFocus) && row.state.testFlag(QStyle::State_KeyboardFocusChange)) {
    painter.setPen(QPen(colors.focus, kFocusFrame));
    painter.drawRect(QRectF(row.rect).adjusted(1, 1, -1, -1));
  }
  painter.restore();
}

QRect RowPainter::square(const QStyleOptionViewItem& row, int left, int size) {
  const QRect rect(row.rect.left() + left, row.rect.top() + (row.rect.height() - size) / 2, size, size);
  return QStyle::visualRect(row.direction, row.rect, rect);
}

void RowPainter::clearStates(QStyleOptionViewItem& row) {
  row.state &= ~(QStyle::State_Selected | QStyle::State_HasFocus | QStyle::State_MouseOver);
}

}  // namespace berth::ui

#include "ui/views/ListHeader.h"

#include <QPainter>

#include "ui/theme/Colors.h"
#include "ui/theme/Metrics.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kHeight = 32;
constexpr int kArrowGap = 6;
constexpr int kArrow = 4;

}  // namespace

ListHeader::ListHeader(int firstInset, QWidget* parent)
    : QHeaderView(Qt::Horizontal, parent), m_firstInset(firstInset) {
  setSectionsClickable(true);
  setHighlightSections(false);
  setStretchLastSection(false);
}

QSize ListHeader::sizeHint() const { return {QHeaderView::sizeHint().width(), Metrics::px(kHeight)}; }

void ListHeader::paintSection(QPainter* painter, const QRect& rect, int section) const {
  painter->save();
  painter->fillRect(rect, palette().color(QPalette::Base));
  const QString word = model()->headerData(section, orientation(), Qt::DisplayRole).toString();
  const int inset = visualIndex(section) == 0 ? Metrics::px(m_firstInset) : 0;
  const QRect place = QStyle::visualRect(layoutDirection(), rect, rect.adjusted(inset, 0, 0, 0));
  const auto side = QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft) | Qt::AlignVCenter;
  painter->setFont(Metrics::bodyFont());
  painter->setPen(Colors::from(palette()).secondaryText);
  const QString shown = painter->fontMetrics().elidedText(word, Qt::ElideRight, place.width());
  painter->drawText(place, static_cast<int>(side), shown);
  if (isSortIndicatorShown() && sortIndicatorSection() == section && !word.isEmpty()) {
    const int offset = painter->fontMetrics().horizontalAdvance(shown) + Metrics::px(kArrowGap + kArrow);
    const int x = layoutDirection() == Qt::RightToLeft ? place.right() - offset : place.left() + offset;
    paintArrow(*painter, QPointF(x, place.center().y() + 1));
  }
  painter->restore();
}

void ListHeader::paintArrow(QPainter& painter, const QPointF& at) const {
  const double width = Metrics::px(kArrow);
  const double rise = width * (sortIndicatorOrder() == Qt::AscendingOrder ? 0.5 : -0.5);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(Colors::from(palette()).secondaryText, 1.2));
  painter.drawPolyline(QPolygonF({at + QPointF(-width, rise), at + QPointF(0, -rise), at + QPointF(width, rise)}));
}

void ListHeader::paintEvent(QPaintEvent* event) {
  QHeaderView::paintEvent(event);
  QPainter painter(viewport());
  const QRect all = viewport()->rect();
  if (length() < all.width()) painter.fillRect(all.adjusted(length(), 0, 0, 0), palette().color(QPalette::Base));
  painter.setPen(QPen(Colors::from(palette()).line, 0));
  painter.drawLine(all.bottomLeft(), all.bottomRight());
}

}  // namespace berth::ui

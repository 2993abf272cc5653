#include "ui/views/FilterChip.h"

#include <QPainter>

#include "ui/theme/Colors.h"
#include "ui/theme/Metrics.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kHeight = 24;
constexpr int kPadding = 8;
constexpr int kGap = 6;

}  // namespace

FilterChip::FilterChip(const QString& word, QWidget* parent) : QAbstractButton(parent) {
  setText(word);
  setCheckable(true);
  setFont(Metrics::smallFont());
  setFocusPolicy(Qt::StrongFocus);
  setAttribute(Qt::WA_Hover);
}

void FilterChip::setCount(int count) {
  const QString number = QString::number(count);
  if (number == m_count) return;
  m_count = number;
  setAccessibleName(tr("%1, %2").arg(text(), number));
  updateGeometry();
  update();
}

QSize FilterChip::sizeHint() const {
  const QFontMetrics metrics = fontMetrics();
  const int width = metrics.horizontalAdvance(text()) + Metrics::px(kGap) + metrics.horizontalAdvance(m_count);
  return {width + 2 * Metrics::px(kPadding), std::max(Metrics::px(kHeight), metrics.height() + Metrics::px(6))};
}

void FilterChip::paintEvent(QPaintEvent*) {
  const Colors colors = Colors::from(palette());
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setBrush(isChecked() ? colors.selection : underMouse() ? colors.hover : palette().color(QPalette::Base));
  const double width = hasFocus() ? 2 : 1;
  painter.setPen(QPen(isChecked() || hasFocus() ? colors.focus : colors.line, width));
  painter.drawRoundedRect(QRectF(rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2), 3, 3);
  const QRect inner = rect().adjusted(Metrics::px(kPadding), 0, -Metrics::px(kPadding), 0);
  const auto side = [this](Qt::Alignment alignment) {
    return static_cast<int>(QStyle::visualAlignment(layoutDirection(), alignment) | Qt::AlignVCenter);
  };
  painter.setFont(font());
  painter.setPen(palette().color(QPalette::Active, QPalette::Text));
  painter.drawText(inner, side(Qt::AlignLeft), text());
  painter.setPen(colors.secondaryText);
  painter.drawText(inner, side(Qt::AlignRight), m_count);
}

}  // namespace berth::ui

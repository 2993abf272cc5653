#include "ui/views/ProgressLine.h"

#include <QPainter>
#include <QStyle>

#include "ui/theme/Colors.h"
#include "ui/theme/Metrics.h"

namespace berth::ui {

namespace {
constexpr int kThickness = 6;
constexpr int kFrameMs = 50;
constexpr double kStep = kFrameMs / 1000.0;  // one pass a second
constexpr double kBlock = 0.3;
}  // namespace

ProgressLine::ProgressLine(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setMinimumHeight(Metrics::px(kThickness));
  m_timer.setInterval(kFrameMs);
  connect(&m_timer, &QTimer::timeout, this, [this] {
    m_offset = m_offset + kStep > 1 ? 0 : m_offset + kStep;
    update();
  });
}

QSize ProgressLine::sizeHint() const { return {Metrics::px(200), Metrics::px(kThickness)}; }

void ProgressLine::setShare(double share) {
  m_share = std::clamp(share, 0.0, 1.0);
  updateTimer();
  update();
}

void ProgressLine::setUnknown() {
  m_share = -1;
  updateTimer();
  update();
}

void ProgressLine::updateTimer() {
  const bool mayMove = style()->styleHint(QStyle::SH_Widget_Animation_Duration) > 0;
  if (isVisible() && m_share < 0 && mayMove)
    m_timer.start();
  else
    m_timer.stop();
}

void ProgressLine::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  updateTimer();
}

void ProgressLine::hideEvent(QHideEvent* event) {
  QWidget::hideEvent(event);
  updateTimer();
}

void ProgressLine::paintEvent(QPaintEvent*) {
  const Colors colors = Colors::from(palette());
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  const double thickness = Metrics::px(kThickness);
  const QRectF track(0, (height() - thickness) / 2.0, width(), thickness);
  painter.setBrush(colors.line);
  painter.drawRoundedRect(track, thickness / 2, thickness / 2);
  QRectF fill = track;
  if (m_share >= 0) {
    fill.setWidth(track.width() * m_share);
  } else {
    fill.setLeft(track.width() * (1 - kBlock) * m_offset);
    fill.setWidth(track.width() * kBlock);
  }
  painter.setBrush(colors.primary);
  painter.drawRoundedRect(fill, thickness / 2, thickness / 2);
}

}  // namespace berth::ui

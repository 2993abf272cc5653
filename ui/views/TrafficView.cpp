#include "ui/views/TrafficView.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QVBoxLayout>

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kPlotHeight = 64;
constexpr int kKeyWidth = 14;
constexpr int kKeyGap = 4;
constexpr double kStroke = 1.5;

QPen penOf(TrafficKey::Line line, const QPalette& palette) {
  const Colors colors = Colors::from(palette);
  const bool isReceived = line == TrafficKey::Line::Received;
  QPen pen(colors.series[isReceived ? 0 : 1], kStroke * Metrics::px(4) / 4.0);
  if (!isReceived) pen.setDashPattern({3, 2});  // told apart without colour too
  pen.setCapStyle(Qt::FlatCap);
  pen.setJoinStyle(Qt::RoundJoin);
  return pen;
}

}  // namespace

TrafficPlot::TrafficPlot(QWidget* parent) : QWidget(parent) { setFixedHeight(Metrics::px(kPlotHeight)); }

void TrafficPlot::setSamples(const QList<TrafficSample>& samples) {
  qint64 most = 0;
  for (const TrafficSample& each : samples) most = std::max({most, each.received, each.sent});
  m_samples = samples;
  m_scale = scaleFor(most + most / 3);  // above the lines there is room for the scale's label
  update();
}

void TrafficPlot::drawLine(QPainter& painter, const QRectF& area, qint64 TrafficSample::* rate, const QPen& pen) const {
  QPolygonF line;
  const double step = area.width() / (Connections::kSamples - 1);
  for (qsizetype i = 0; i < m_samples.size(); ++i) {
    const double share = static_cast<double>(m_samples[i].*rate) / static_cast<double>(m_scale);
    line.append(
        {area.right() - step * static_cast<double>(m_samples.size() - 1 - i), area.bottom() - share * area.height()});
  }
  painter.setPen(pen);
  painter.drawPolyline(line);
}

void TrafficPlot::paintEvent(QPaintEvent*) {
  const Colors colors = Colors::from(palette());
  QPainter painter(this);
  const QRectF frame = QRectF(rect()).adjusted(0, 0.5, 0, -0.5);
  painter.setPen(QPen(colors.line, 0));
  for (const double y : {frame.top(), frame.center().y(), frame.bottom()})
    painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y));
  if (m_samples.isEmpty()) return;
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF area = frame.adjusted(0, 1, 0, -1);
  drawLine(painter, area, &TrafficSample::sent, penOf(TrafficKey::Line::Sent, palette()));
  drawLine(painter, area, &TrafficSample::received, penOf(TrafficKey::Line::Received, palette()));
  painter.setFont(Metrics::smallFont());
  painter.setPen(colors.secondaryText);
  painter.drawText(rect().adjusted(Metrics::px(2), Metrics::px(2), 0, 0),
                   static_cast<int>(Qt::AlignTop | Qt::AlignLeft), rateText(m_scale));
}

TrafficKey::TrafficKey(Line line, QWidget* parent) : QWidget(parent), m_line(line) {
  setFixedSize(Metrics::px(kKeyWidth), Metrics::px(Metrics::kGap));
}

void TrafficKey::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setPen(penOf(m_line, palette()));
  const double middle = height() / 2.0;
  painter.drawLine(QPointF(0, middle), QPointF(width(), middle));
}

TrafficView::TrafficView(QWidget* parent)
    : QWidget(parent),
      m_legend(new QWidget(this)),
      m_received(new Label(m_legend, Metrics::smallFont(), Label::Ink::Secondary)),
      m_sent(new Label(m_legend, Metrics::smallFont(), Label::Ink::Secondary)),
      m_chart(new QWidget(this)),
      m_plot(new TrafficPlot(m_chart)),
      m_empty(new Label(this, Metrics::bodyFont(), Label::Ink::Secondary)) {
  auto* legend = new QHBoxLayout(m_legend);
  legend->setContentsMargins(0, 0, 0, 0);
  legend->setSpacing(Metrics::px(kKeyGap));
  legend->addWidget(new TrafficKey(TrafficKey::Line::Received, m_legend));
  legend->addWidget(m_received);
  legend->addSpacing(Metrics::px(Metrics::kGap));
  legend->addWidget(new TrafficKey(TrafficKey::Line::Sent, m_legend));
  legend->addWidget(m_sent);

  auto* head = new QHBoxLayout;
  auto* title = new Label(this, Metrics::strongFont());
  title->setText(tr("Traffic"));
  head->addWidget(title);
  head->addStretch(1);
  head->addWidget(m_legend);

  auto* axis = new QHBoxLayout;
  auto* past = new Label(m_chart, Metrics::smallFont(), Label::Ink::Secondary);
  past->setText(tr("60 s ago"));
  auto* now = new Label(m_chart, Metrics::smallFont(), Label::Ink::Secondary);
  now->setText(tr("now"));
  axis->addWidget(past);
  axis->addStretch(1);
  axis->addWidget(now);
  auto* chart = new QVBoxLayout(m_chart);
  chart->setContentsMargins(0, Metrics::px(kKeyGap), 0, 0);
  chart->setSpacing(Metrics::px(kKeyGap));
  chart->addWidget(m_plot);
  chart->addLayout(axis);

  m_chart->setLayoutDirection(Qt::LeftToRight);  // time runs so in a plot, whatever the language
  m_empty->setWordWrap(true);
  m_empty->setText(tr("Not connected. The tunnel opens with a terminal, an editor or “berth ssh”."));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addLayout(head);
  column->addWidget(m_chart);
  column->addWidget(m_empty);
  setSamples({});
}

void TrafficView::setSamples(const QList<TrafficSample>& samples) {
  m_legend->setVisible(!samples.isEmpty());
  m_chart->setVisible(!samples.isEmpty());
  m_empty->setVisible(samples.isEmpty());
  if (samples.isEmpty()) return;
  m_received->setText(tr("in %1").arg(rateText(samples.last().received)));
  m_sent->setText(tr("out %1").arg(rateText(samples.last().sent)));
  m_plot->setSamples(samples);
}

}  // namespace berth::ui

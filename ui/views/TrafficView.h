// What goes to and from a workspace: the last minute as two lines, and the figures of now beside their names.
#pragma once

#include <QWidget>

#include "ui/models/Connections.h"
#include "ui/views/Label.h"

namespace berth::ui {

// The plot alone; the words beside it say what it shows, so it has no name for screen readers.
class TrafficPlot : public QWidget {
  Q_OBJECT

 public:
  explicit TrafficPlot(QWidget* parent = nullptr);
  void setSamples(const QList<TrafficSample>& samples);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void drawLine(QPainter& painter, const QRectF& area, qint64 TrafficSample::* rate, const QPen& pen) const;

  QList<TrafficSample> m_samples;
  qint64 m_scale = 0;
};

// How a line is drawn, beside its name.
class TrafficKey : public QWidget {
  Q_OBJECT

 public:
  enum class Line { Received, Sent };
  TrafficKey(Line line, QWidget* parent);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Line m_line;
};

class TrafficView : public QWidget {
  Q_OBJECT

 public:
  explicit TrafficView(QWidget* parent = nullptr);

  // One sample a second, newest last. Without any it says that there is no connection, and how one comes about.
  void setSamples(const QList<TrafficSample>& samples);

 private:
  QWidget* m_legend;
  Label* m_received;
  Label* m_sent;
  QWidget* m_chart;
  TrafficPlot* m_plot;
  Label* m_empty;
};

}  // namespace berth::ui

// The shape of a state: a disc, an arc, a square, a diamond ... in the state's colour, drawn from SVG at any size.
#pragma once

#include <QIcon>
#include <QPainter>
#include <QRectF>

#include "ui/theme/Colors.h"

namespace berth::ui {

class StateGlyph {
 public:
  // `phase` turns the arc of Starting and Stopping, in turns (0 to 1).
  static void paint(QPainter& painter, const QRectF& rect, Role role, const QColor& color, double phase = 0);
  static QIcon icon(Role role, const QPalette& palette);

  // As running, with a tick: passed, done, healthy.
  static void paintDone(QPainter& painter, const QRectF& rect, const QColor& color);
};

}  // namespace berth::ui

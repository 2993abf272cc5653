// Monochrome icons, tinted with the colour of their place. The theme's own where it has one, else ours.
#pragma once

#include <QColor>
#include <QIcon>
#include <QPainter>
#include <QPalette>
#include <QString>

namespace berth::ui {

class Icons {
 public:
  // The icon theme's `name`, else our SVG of that name, in `color`.
  static QIcon tinted(const QString& name, const QColor& color);

  // The same in the application palette's `role`, looked up at each painting: follows a switch to dark by itself.
  static QIcon themed(const QString& name, QPalette::ColorRole role = QPalette::WindowText);

  // Draws one of our own SVGs (resources/icons, without suffix) in `color`.
  static void paintOwn(QPainter& painter, const QRectF& rect, const QString& name, const QColor& color);
};

}  // namespace berth::ui

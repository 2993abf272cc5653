// Monochrome icons, tinted with the colour of their place. The theme's own where it has one, else ours.
#pragma once

#include <QColor>
#include <QIcon>
#include <QPainter>
#include <QString>

namespace berth::ui {

class Icons {
 public:
  // The icon theme's `name`, else our SVG of that name, in `color`. Build again when the palette changes.
  static QIcon tinted(const QString& name, const QColor& color);

  // Draws one of our own SVGs (resources/icons, without suffix) in `color`.
  static void paintOwn(QPainter& painter, const QRectF& rect, const QString& name, const QColor& color);
};

}  // namespace berth::ui

#include "ui/theme/Icons.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPixmapCache>
#include <QSvgRenderer>

namespace berth::ui {

namespace {

using Ink = std::function<QColor()>;  // asked at each painting

QString ownFile(const QString& name) { return QStringLiteral(":/berth/icons/%1.svg").arg(name); }

// Our glyphs are drawn in black: strokes by name, fills by default.
QByteArray colored(QByteArray svg, const QColor& color) {
  const QByteArray name = color.name().toLatin1();
  svg.replace("#000", name);
  return svg.replace("<svg ", "<svg fill=\"" + name + "\" ");
}

QPixmap renderOwn(const QString& name, const QColor& color, const QSize& size) {
  QPixmap pixmap(size);
  pixmap.fill(Qt::transparent);
  QFile file(ownFile(name));
  if (size.isEmpty() || !file.open(QIODevice::ReadOnly)) return pixmap;
  QSvgRenderer renderer(colored(file.readAll(), color));
  QPainter painter(&pixmap);
  renderer.render(&painter);
  return pixmap;
}

// Renders an SVG of ours at the exact size asked for.
class OwnIconEngine final : public QIconEngine {
 public:
  OwnIconEngine(QString name, Ink ink) : m_name(std::move(name)), m_ink(std::move(ink)) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    QColor color = m_ink();
    if (mode == QIcon::Disabled) color.setAlphaF(0.45F);
    Icons::paintOwn(*painter, rect, m_name, color);
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    return scaledPixmap(size, mode, state, 1.0);
  }
  QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal) override {
    QPixmap pixmap(size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paint(&painter, QRect(QPoint(0, 0), size), mode, state);
    return pixmap;
  }
  QIconEngine* clone() const override { return new OwnIconEngine(m_name, m_ink); }
  bool isNull() override { return false; }

 private:
  QString m_name;
  Ink m_ink;
};

// The theme's icon in one colour, its shape taken from the alpha channel.
class ThemeIconEngine final : public QIconEngine {
 public:
  ThemeIconEngine(QIcon icon, Ink ink) : m_icon(std::move(icon)), m_ink(std::move(ink)) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
    const double scale = painter->device()->devicePixelRatioF();
    painter->drawPixmap(rect, scaledPixmap(rect.size(), mode, state, scale));
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    return scaledPixmap(size, mode, state, 1.0);
  }
  QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal scale) override {
    QPixmap pixmap = m_icon.pixmap(size, scale, mode, state);
    if (pixmap.isNull()) return pixmap;
    QPainter painter(&pixmap);
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(pixmap.rect(), m_ink());
    return pixmap;
  }
  QIconEngine* clone() const override { return new ThemeIconEngine(m_icon, m_ink); }
  bool isNull() override { return m_icon.isNull(); }

 private:
  QIcon m_icon;
  Ink m_ink;
};

QIcon makeIcon(const QString& name, Ink ink) {
  if (QIcon::hasThemeIcon(name)) return QIcon(new ThemeIconEngine(QIcon::fromTheme(name), std::move(ink)));
  return QIcon(new OwnIconEngine(name, std::move(ink)));
}

}  // namespace

QIcon Icons::tinted(const QString& name, const QColor& color) {
  return makeIcon(name, [color] { return color; });
}

QIcon Icons::themed(const QString& name, QPalette::ColorRole role) {
  return makeIcon(name, [role] { return QGuiApplication::palette().color(QPalette::Active, role); });
}

// Rendered once for each size and colour; lists paint the same few glyphs again and again.
void Icons::paintOwn(QPainter& painter, const QRectF& rect, const QString& name, const QColor& color) {
  const double scale = painter.device()->devicePixelRatioF();
  const QSize size = (rect.size() * scale).toSize();
  const QString key = QStringLiteral("berth/%1/%2/%3x%4").arg(name, color.name()).arg(size.width()).arg(size.height());
  QPixmap pixmap;
  if (!QPixmapCache::find(key, &pixmap)) {
    pixmap = renderOwn(name, color, size);
    QPixmapCache::insert(key, pixmap);
  }
  painter.save();
  painter.setOpacity(painter.opacity() * color.alphaF());
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  painter.drawPixmap(rect, pixmap, QRectF(pixmap.rect()));
  painter.restore();
}

}  // namespace berth::ui

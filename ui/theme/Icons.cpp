#include "ui/theme/Icons.h"

#include <QFile>
#include <QIconEngine>
#include <QSvgRenderer>

namespace berth::ui {

namespace {

QString ownFile(const QString& name) { return QStringLiteral(":/berth/icons/%1.svg").arg(name); }

// Our glyphs are drawn in black: strokes by name, fills by default.
QByteArray colored(QByteArray svg, const QColor& color) {
  const QByteArray name = color.name().toLatin1();
  svg.replace("#000", name);
  return svg.replace("<svg ", "<svg fill=\"" + name + "\" ");
}

// Renders an SVG of ours at the exact size asked for.
class OwnIconEngine final : public QIconEngine {
 public:
  OwnIconEngine(QString name, QColor color) : m_name(std::move(name)), m_color(std::move(color)) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    QColor color = m_color;
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
  QIconEngine* clone() const override { return new OwnIconEngine(m_name, m_color); }
  bool isNull() override { return false; }

 private:
  QString m_name;
  QColor m_color;
};

// The theme's icon in one colour, its shape taken from the alpha channel.
class ThemeIconEngine final : public QIconEngine {
 public:
  ThemeIconEngine(QIcon icon, QColor color) : m_icon(std::move(icon)), m_color(std::move(color)) {}

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
    painter.fillRect(pixmap.rect(), m_color);
    return pixmap;
  }
  QIconEngine* clone() const override { return new ThemeIconEngine(m_icon, m_color); }
  bool isNull() override { return m_icon.isNull(); }

 private:
  QIcon m_icon;
  QColor m_color;
};

}  // namespace

QIcon Icons::tinted(const QString& name, const QColor& color) {
  if (const QIcon themed = QIcon::fromTheme(name); !themed.isNull()) return QIcon(new ThemeIconEngine(themed, color));
  return QIcon(new OwnIconEngine(name, color));
}

void Icons::paintOwn(QPainter& painter, const QRectF& rect, const QString& name, const QColor& color) {
  QFile file(ownFile(name));
  if (!file.open(QIODevice::ReadOnly)) return;
  QSvgRenderer renderer(colored(file.readAll(), color));
  painter.save();
  painter.setOpacity(painter.opacity() * color.alphaF());
  renderer.render(&painter, rect);
  painter.restore();
}

}  // namespace berth::ui

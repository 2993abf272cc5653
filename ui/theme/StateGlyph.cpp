#include "ui/theme/StateGlyph.h"

#include "ui/theme/Icons.h"

namespace berth::ui {

namespace {

QString glyphName(Role role) {
  switch (role) {
    case Role::Running: return QStringLiteral("berth-state-running-symbolic");
    case Role::Starting: return QStringLiteral("berth-state-starting-symbolic");
    case Role::Stopping: return QStringLiteral("berth-state-stopping-symbolic");
    case Role::Stopped: return QStringLiteral("berth-state-stopped-symbolic");
    case Role::Queued: return QStringLiteral("berth-state-queued-symbolic");
    case Role::Failed: return QStringLiteral("berth-state-failed-symbolic");
    case Role::Attention: return QStringLiteral("berth-state-attention-symbolic");
    case Role::Offline: return QStringLiteral("berth-path-none-symbolic");
    case Role::DirectPath: return QStringLiteral("berth-path-direct-symbolic");
    case Role::RelayedPath: return QStringLiteral("berth-path-relayed-symbolic");
  }
  return {};
}

void paintGlyph(QPainter& painter, const QRectF& rect, const QString& name, const QColor& color, double phase) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.translate(rect.center());
  painter.rotate(360.0 * phase);
  Icons::paintOwn(painter, QRectF(-rect.width() / 2, -rect.height() / 2, rect.width(), rect.height()), name, color);
  painter.restore();
}

}  // namespace

void StateGlyph::paint(QPainter& painter, const QRectF& rect, Role role, const QColor& color, double phase) {
  const bool turns = role == Role::Starting || role == Role::Stopping;
  paintGlyph(painter, rect, glyphName(role), color, turns ? phase : 0);
}

void StateGlyph::paintDone(QPainter& painter, const QRectF& rect, const QColor& color) {
  paintGlyph(painter, rect, QStringLiteral("berth-state-done-symbolic"), color, 0);
}

QIcon StateGlyph::icon(Role role, const QPalette& palette) {
  return Icons::tinted(glyphName(role), Colors::from(palette).role(role));
}

}  // namespace berth::ui

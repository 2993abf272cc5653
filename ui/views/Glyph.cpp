#include "ui/views/Glyph.h"

#include <QPainter>

#include "ui/theme/Metrics.h"
#include "ui/theme/StateGlyph.h"

namespace berth::ui {

Glyph::Glyph(QWidget* parent, int designPixels) : QWidget(parent) {
  setFixedSize(Metrics::px(designPixels), Metrics::px(designPixels));
}

void Glyph::setRole(std::optional<Role> role) {
  m_role = role;
  m_isDone = false;
  update();
}

void Glyph::setDone() {
  m_role = Role::Running;
  m_isDone = true;
  update();
}

void Glyph::paintEvent(QPaintEvent*) {
  if (!m_role) return;
  const QColor color = Colors::from(palette()).role(*m_role);
  QPainter painter(this);
  if (m_isDone)
    StateGlyph::paintDone(painter, rect(), color);
  else
    StateGlyph::paint(painter, rect(), *m_role, color);
}

}  // namespace berth::ui

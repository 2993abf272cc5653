#include "ui/views/Label.h"

#include <QEvent>
#include <QPainter>
#include <QStyle>

namespace berth::ui {

Label::Label(QWidget* parent, const QFont& font, Ink ink) : QLabel(parent), m_ink(ink) {
  setFont(font);
  setTextFormat(Qt::PlainText);
  setForegroundRole(QPalette::WindowText);  // on a page of Base too
  applyInk();
}

void Label::setInk(std::variant<Ink, Role> ink) {
  m_ink = ink;
  applyInk();
}

void Label::setElided(bool elided) {
  m_isElided = elided;
  updateGeometry();
  update();
}

QSize Label::minimumSizeHint() const {
  const QSize whole = QLabel::minimumSizeHint();
  return m_isElided ? QSize(0, whole.height()) : whole;
}

void Label::changeEvent(QEvent* event) {
  QLabel::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) applyInk();
}

void Label::paintEvent(QPaintEvent* event) {
  if (!m_isElided) return QLabel::paintEvent(event);
  const QString shown = fontMetrics().elidedText(text(), Qt::ElideRight, width());
  setToolTip(shown == text() ? QString() : text());
  QPainter painter(this);
  style()->drawItemText(&painter, rect(), static_cast<int>(QStyle::visualAlignment(layoutDirection(), alignment())),
                        palette(), isEnabled(), shown, QPalette::WindowText);
}

// Sets a palette only where it differs, so the change that this causes ends here.
void Label::applyInk() {
  const QPalette outer = QApplication::palette(this);
  const Colors colors = Colors::from(outer);
  QColor color = outer.color(QPalette::Active, QPalette::WindowText);
  if (const Role* role = std::get_if<Role>(&m_ink))
    color = colors.role(*role);
  else if (std::get<Ink>(m_ink) == Ink::Secondary)
    color = colors.secondaryText;
  if (palette().color(QPalette::Active, QPalette::WindowText) == color) return;
  QPalette own = palette();
  own.setColor(QPalette::Active, QPalette::WindowText, color);
  own.setColor(QPalette::Inactive, QPalette::WindowText, color);
  setPalette(own);
}

}  // namespace berth::ui

#include "ui/views/PrimaryButton.h"

#include <QApplication>
#include <QEvent>
#include <QStyle>

#include "ui/theme/Colors.h"
#include "ui/theme/Metrics.h"

namespace berth::ui {

PrimaryButton::PrimaryButton(const QString& text, QWidget* parent) : QPushButton(text, parent) {
  setFont(Metrics::strongFont());
  applyColors();
}

QSize PrimaryButton::sizeHint() const { return QPushButton::sizeHint() + QSize(2 * Metrics::px(Metrics::kGap), 0); }

void PrimaryButton::changeEvent(QEvent* event) {
  QPushButton::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && !m_isApplying) applyColors();
}

void PrimaryButton::applyColors() {
  // Fusion lightens a button's colour before it fills it.
  const bool isFusion = style()->name().compare(QLatin1String("fusion"), Qt::CaseInsensitive) == 0;
  const Colors colors = Colors::from(QApplication::palette());
  QPalette own = QApplication::palette();
  for (const auto group : {QPalette::Active, QPalette::Inactive}) {
    own.setColor(group, QPalette::Button, isFusion ? colors.primary.darker(115) : colors.primary);
    own.setColor(group, QPalette::ButtonText, colors.primaryText);
  }
  m_isApplying = true;
  setPalette(own);
  m_isApplying = false;
}

}  // namespace berth::ui

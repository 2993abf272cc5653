// Text whose ink follows the palette: plain, secondary, or the colour of a state. Never rich text.
#pragma once

#include <QLabel>
#include <variant>

#include "ui/theme/Colors.h"
#include "ui/theme/Metrics.h"

namespace berth::ui {

class Label : public QLabel {
  Q_OBJECT

 public:
  enum class Ink { Text, Secondary };

  explicit Label(QWidget* parent, const QFont& font = Metrics::bodyFont(), Ink ink = Ink::Text);

  void setInk(std::variant<Ink, Role> ink);
  // Cut at the end where there is too little room; the whole text is then the tooltip.
  void setElided(bool elided);

  QSize minimumSizeHint() const override;

 protected:
  void changeEvent(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void applyInk();

  std::variant<Ink, Role> m_ink;
  bool m_isElided = false;
};

}  // namespace berth::ui

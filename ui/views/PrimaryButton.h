// The one filled button of a window: the next step for what is selected. Follows the palette.
#pragma once

#include <QPushButton>

namespace berth::ui {

class PrimaryButton : public QPushButton {
  Q_OBJECT

 public:
  explicit PrimaryButton(const QString& text, QWidget* parent = nullptr);

  QSize sizeHint() const override;

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void applyColors();
  bool m_isApplying = false;
};

}  // namespace berth::ui

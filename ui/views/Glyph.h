// The shape of a state as a small widget beside its word.
#pragma once

#include <QWidget>
#include <optional>

#include "ui/theme/Colors.h"

namespace berth::ui {

class Glyph : public QWidget {
  Q_OBJECT

 public:
  explicit Glyph(QWidget* parent, int designPixels = 16);

  void setRole(std::optional<Role> role);  // nothing is drawn without one
  void setDone();                          // passed: a disc with a tick

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  std::optional<Role> m_role;
  bool m_isDone = false;
};

}  // namespace berth::ui

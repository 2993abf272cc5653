// One sentence on top of a page, with a glyph and at most one small button. Pushes the content down, never floats.
#pragma once

#include <QFrame>
#include <QPushButton>

#include "ui/views/Glyph.h"
#include "ui/views/Label.h"

namespace berth::ui {

class Banner : public QFrame {
  Q_OBJECT

 public:
  explicit Banner(QWidget* parent = nullptr);

  void show(Role role, const QString& sentence, const QString& buttonText = {});

 Q_SIGNALS:
  void buttonClicked();

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Glyph* m_glyph;
  Label* m_text;
  QPushButton* m_button;
  Role m_role = Role::Attention;
};

}  // namespace berth::ui

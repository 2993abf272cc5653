// What a list shows instead of rows: a glyph, a headline, a sentence, and the next step.
#pragma once

#include <QLabel>
#include <QPushButton>
#include <QWidget>

#include "ui/theme/Colors.h"
#include "ui/views/Label.h"
#include "ui/views/PrimaryButton.h"

namespace berth::ui {

class EmptyState : public QWidget {
  Q_OBJECT

 public:
  struct Face {
    QString icon;                   // one of ours or the theme's
    std::optional<Role> role = {};  // the icon's colour; secondary text without one
    QString headline;
    QString sentence;
    QString primary = {};    // the filled button; none when empty
    QString secondary = {};  // a plain one
  };

  explicit EmptyState(QWidget* parent = nullptr);
  void set(const Face& face);

 Q_SIGNALS:
  void primaryClicked();
  void secondaryClicked();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void updateIcon();

  Face m_face;
  QLabel* m_icon;
  Label* m_headline;
  Label* m_sentence;
  PrimaryButton* m_primary;
  QPushButton* m_secondary;
};

}  // namespace berth::ui

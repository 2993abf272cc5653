// What a list shows instead of rows: an icon, a headline, a sentence, and the next step.
#pragma once

#include <QLabel>
#include <QWidget>

#include "ui/views/PrimaryButton.h"

namespace berth::ui {

class EmptyState : public QWidget {
  Q_OBJECT

 public:
  explicit EmptyState(QWidget* parent = nullptr);
  void set(const QString& iconName, const QString& headline, const QString& sentence, const QString& buttonText = {});

 Q_SIGNALS:
  void buttonClicked();

 private:
  QLabel* m_icon;
  QLabel* m_headline;
  QLabel* m_sentence;
  PrimaryButton* m_button;
};

}  // namespace berth::ui

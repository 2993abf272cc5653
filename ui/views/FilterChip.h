// One of several filters: a word and, behind it, how many it would show. Exactly one is on.
#pragma once

#include <QAbstractButton>

namespace berth::ui {

class FilterChip : public QAbstractButton {
  Q_OBJECT

 public:
  explicit FilterChip(const QString& word, QWidget* parent = nullptr);

  void setCount(int count);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString m_count;
};

}  // namespace berth::ui

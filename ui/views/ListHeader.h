// The head of a list: plain words over the columns' text, no lines between them, an arrow on the sorted one.
#pragma once

#include <QHeaderView>

namespace berth::ui {

class ListHeader : public QHeaderView {
  Q_OBJECT

 public:
  // `firstInset`: where the text of the first column begins, in design pixels.
  ListHeader(int firstInset, QWidget* parent);

  QSize sizeHint() const override;

 protected:
  void paintSection(QPainter* painter, const QRect& rect, int section) const override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void paintArrow(QPainter& painter, const QPointF& at) const;

  int m_firstInset;
};

}  // namespace berth::ui

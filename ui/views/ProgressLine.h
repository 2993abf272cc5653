// A thin progress bar: filled when the share is known, a moving block when it is not.
#pragma once

#include <QTimer>
#include <QWidget>

namespace berth::ui {

class ProgressLine : public QWidget {
  Q_OBJECT

 public:
  explicit ProgressLine(QWidget* parent = nullptr);
  void setShare(double share);  // 0 to 1
  void setUnknown();

  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  void updateTimer();

  QTimer m_timer;
  double m_share = -1;
  double m_offset = 0;
};

}  // namespace berth::ui

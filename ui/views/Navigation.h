// The pages of the window, with what each holds: a list beside the content, or a rail of icons where there is little
// room.
#pragma once

#include <QListWidget>

namespace berth::ui {

class Navigation : public QListWidget {
  Q_OBJECT

 public:
  explicit Navigation(QWidget* parent = nullptr);

  int addPage(const QString& icon, const QString& name);  // its row
  void setCount(int row, int count);
  void setRail(bool isRail);
  bool isRail() const { return m_isRail; }
  QSize sizeHint() const override;

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void applyGround();

  bool m_isRail = false;
};

}  // namespace berth::ui

// Lines of a log with time, level and text; heads of phases; follows the newest line while it is in view.
#pragma once

#include <QListView>

#include "ui/models/BuildLogModel.h"

namespace berth::ui {

class LogView : public QListView {
  Q_OBJECT

 public:
  explicit LogView(BuildLogModel& model, QWidget* parent = nullptr);

  void goToRow(int row);
  void goToEnd();
  bool isFollowing() const { return m_isFollowing; }
  void find(const QString& text, bool backward);  // from the current line on, wrapping

 Q_SIGNALS:
  void followingChanged(bool following);

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void updateFollowing();

  BuildLogModel& m_model;
  bool m_isFollowing = true;
  bool m_isInserting = false;
};

}  // namespace berth::ui

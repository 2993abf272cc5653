// Draws a Checklist: a glyph, a title and a detail per step, at the end its state or time; under a failed one, what to
// do and a command to copy. Rows are changed in place, so focus and selections stay.
#pragma once

#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/models/Checklist.h"

namespace berth::ui {

class ChecklistRow;

class ChecklistView : public QScrollArea {
  Q_OBJECT

 public:
  // Checks end with the word of their state, stages of a set-up with the time they took.
  enum class End { StateWord, Seconds };

  explicit ChecklistView(QWidget* parent = nullptr);
  void setChecklist(Checklist* list, End end);  // not owned

 private:
  void update();

  Checklist* m_list = nullptr;
  End m_end = End::StateWord;
  QVBoxLayout* m_column;
  QList<ChecklistRow*> m_rows;
};

}  // namespace berth::ui

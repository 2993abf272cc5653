// Draws a Checklist: a glyph, a title and a detail per step; under a failed one, what to do and a command to copy.
#pragma once

#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/models/Checklist.h"

namespace berth::ui {

class ChecklistView : public QScrollArea {
  Q_OBJECT

 public:
  explicit ChecklistView(QWidget* parent = nullptr);
  void setChecklist(Checklist* list);  // not owned

 private:
  void rebuild();
  QWidget* makeRow(const Step& step);
  QWidget* makeFix(const Step& step);

  Checklist* m_list = nullptr;
  QVBoxLayout* m_rows;
};

}  // namespace berth::ui

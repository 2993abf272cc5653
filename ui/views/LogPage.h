// One workspace's latest build: progress, why it failed, its phases on the left, its log on the right.
#pragma once

#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>
#include <QWidget>

#include "ui/presenters/WorkspacesPresenter.h"
#include "ui/views/Banner.h"
#include "ui/views/Glyph.h"
#include "ui/views/Label.h"
#include "ui/views/LogView.h"
#include "ui/views/ProgressLine.h"

namespace berth::ui {

class LogPage : public QWidget {
  Q_OBJECT

 public:
  explicit LogPage(WorkspacesPresenter& presenter, QWidget* parent = nullptr);
  void show(const WorkspaceKey& key);

 Q_SIGNALS:
  void backRequested();

 private:
  QWidget* makeHead();
  QWidget* makeProgressBar();
  QWidget* makeLogColumn();
  void update();
  void updatePhases();
  void updateFoot();

  WorkspacesPresenter& m_presenter;
  WorkspaceKey m_key;
  Label* m_name;
  Glyph* m_glyph;
  Label* m_state;
  Label* m_summary;
  QPushButton* m_action;
  QWidget* m_progressBar;
  Label* m_phase;
  Label* m_elapsed;
  Banner* m_failure;
  ProgressLine* m_progress;
  QListWidget* m_phases;
  LogView* m_log;
  QLineEdit* m_search;
  Glyph* m_liveGlyph;
  Label* m_live;
  Label* m_counts;
  QPushButton* m_firstError;
  QTimer m_clock;  // once a second while a build runs
};

}  // namespace berth::ui

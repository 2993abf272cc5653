// One workspace's latest build: progress, its phases on the left, its log on the right.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>
#include <QWidget>

#include "ui/presenters/WorkspacesPresenter.h"
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
  QLabel* m_name;
  QLabel* m_glyph;
  QLabel* m_state;
  QLabel* m_summary;
  QPushButton* m_action;
  QWidget* m_progressBar;
  QLabel* m_phase;
  QLabel* m_elapsed;
  ProgressLine* m_progress;
  QListWidget* m_phases;
  LogView* m_log;
  QLineEdit* m_search;
  QLabel* m_live;
  QLabel* m_counts;
  QPushButton* m_firstError;
  QTimer m_clock;  // once a second while a build runs
};

}  // namespace berth::ui

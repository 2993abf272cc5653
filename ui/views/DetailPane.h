// What is known of the selected workspace, and what can be done with it.
#pragma once

#include <QLabel>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/presenters/WorkspacesPresenter.h"
#include "ui/views/PrimaryButton.h"

namespace berth::ui {

class DetailPane : public QScrollArea {
  Q_OBJECT

 public:
  explicit DetailPane(WorkspacesPresenter& presenter, QWidget* parent = nullptr);
  void show(const WorkspaceKey& key);

 Q_SIGNALS:
  void terminalRequested(const berth::ui::WorkspaceKey& key);
  void logRequested(const berth::ui::WorkspaceKey& key);
  void deleteRequested(const berth::ui::WorkspaceKey& key);

 private:
  void update();
  void addSection(const QString& title);
  void addLine(Role role, const QString& name, const QString& detail);
  void addPair(const QString& name, const QString& value);
  void clearSections();

  WorkspacesPresenter& m_presenter;
  WorkspaceKey m_key;
  QLabel* m_name;
  QLabel* m_glyph;
  QLabel* m_state;
  QLabel* m_reason;
  QPushButton* m_terminal;
  QPushButton* m_startStop;
  QToolButton* m_more;
  QVBoxLayout* m_sections;
};

}  // namespace berth::ui

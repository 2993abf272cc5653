// What is known of the selected workspace, and what can be done with it.
#pragma once

#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/presenters/WorkspacesPresenter.h"
#include "ui/views/AgentLine.h"
#include "ui/views/Glyph.h"
#include "ui/views/Label.h"
#include "ui/views/TrafficView.h"

namespace berth::ui {

class DetailPane : public QScrollArea {
  Q_OBJECT

 public:
  explicit DetailPane(WorkspacesPresenter& presenter, QWidget* parent = nullptr);
  void show(const WorkspaceKey& key);

 Q_SIGNALS:
  void terminalRequested(const berth::ui::WorkspaceKey& key);
  void menuRequested(const berth::ui::WorkspaceKey& key, const QPoint& globalPosition);

 private:
  void makeHead(QVBoxLayout* column);
  void update();
  void updateButtons();
  void updateSections();
  void updateConnections();
  void startOrStop();
  void addSection(const QString& title);
  void addGap();
  void addAgents();
  void addLine(Role role, bool isDone, const QString& name, const QString& detail, const QString& end);
  void addPair(const QString& name, const QString& value);

  WorkspacesPresenter& m_presenter;
  WorkspaceKey m_key;
  WorkspaceItem m_item;  // as shown
  QString m_lastUsed;
  bool m_isStale = false;
  Label* m_name;
  Glyph* m_glyph;
  Label* m_state;
  Label* m_reason;
  QPushButton* m_terminal;
  QPushButton* m_startStop;
  QToolButton* m_more;
  QWidget* m_content;  // of the sections; made anew when what they say changes
  QVBoxLayout* m_sections;
  QList<AgentLine*> m_agents;  // of m_content
  TrafficView* m_traffic;      // of m_content; null when the workspace does not run
  QVBoxLayout* m_column;
};

}  // namespace berth::ui

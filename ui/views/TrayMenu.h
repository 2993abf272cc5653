// The tray's menu and what its icon says: how things are at a glance, and start, stop and open without the window. The
// icon itself belongs to the program (app/desktop).
#pragma once

#include <QMenu>
#include <QPointer>

#include "ui/presenters/WorkspacesPresenter.h"

namespace berth::ui {

class TrayMenu : public QObject {
  Q_OBJECT

 public:
  // What the icon shows; the highest that holds wins.
  enum class State { Attention, Offline, Connecting, Connected, Idle };

  explicit TrayMenu(WorkspacesPresenter& presenter, QObject* parent = nullptr);
  ~TrayMenu() override;

  State state() const { return m_state; }
  static QString iconName(State state);
  const QString& headline() const { return m_headline; }  // "Berth: 2 running"
  QMenu* menu() { return m_menu; }  // a tray icon may take it over; it is deleted here if it still lives

 Q_SIGNALS:
  void changed();  // state or headline
  void windowRequested();
  void editorRequested(const berth::ui::WorkspaceKey& key);
  void terminalRequested(const berth::ui::WorkspaceKey& key);
  void copySshRequested(const berth::ui::WorkspaceKey& key);
  void logRequested(const berth::ui::WorkspaceKey& key);
  void newWorkspaceRequested();
  void quitRequested();

 private:
  struct Entry {
    WorkspaceKey key;
    WorkspaceItem item;
    QString title;  // the workspace, its deployment where that is not the only one, and its state in words
    bool isStale = false;
  };

  void update();
  void rebuild(const QList<Entry>& active, const QList<Entry>& stopped);
  void addWorkspace(QMenu* menu, const Entry& entry);
  QString titleOf(const DeploymentItem& deployment, const WorkspaceItem& item) const;

  WorkspacesPresenter& m_presenter;
  QPointer<QMenu> m_menu;
  State m_state = State::Idle;
  QString m_headline;
  QString m_shown;  // what the menu says now; rebuilt only when it would differ
};

}  // namespace berth::ui

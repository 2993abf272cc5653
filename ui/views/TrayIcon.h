// The tray: how things are at a glance, and start, stop and open without the window.
#pragma once

#include <QMenu>
#include <QSystemTrayIcon>

#include "ui/presenters/WorkspacesPresenter.h"

namespace berth::ui {

class TrayIcon : public QObject {
  Q_OBJECT

 public:
  explicit TrayIcon(WorkspacesPresenter& presenter, QObject* parent = nullptr);

  // Shows the icon where there is a tray; also later, when one appears.
  void show();
  bool isShown() const { return m_icon.isVisible() && QSystemTrayIcon::isSystemTrayAvailable(); }
  const QMenu& menu() const { return m_menu; }

 Q_SIGNALS:
  void windowRequested();
  void editorRequested(const berth::ui::WorkspaceKey& key);
  void terminalRequested(const berth::ui::WorkspaceKey& key);
  void logRequested(const berth::ui::WorkspaceKey& key);
  void newWorkspaceRequested();
  void quitRequested();

 private:
  void update();
  void addWorkspace(QMenu* menu, const WorkspaceKey& key, const WorkspaceItem& item);

  WorkspacesPresenter& m_presenter;
  QMenu m_menu;
  QSystemTrayIcon m_icon;
  QString m_shown;  // what the menu says now; rebuilt only when it would differ
};

}  // namespace berth::ui

// Puts the desktop program together: deployments, windows, tray, notifications, and the order in which they end.
#pragma once

#include <QObject>
#include <memory>

#include "app/desktop/Notifier.h"
#include "app/desktop/SingleInstance.h"
#include "ui/bridge/Keyring.h"
#include "ui/bridge/LocalServer.h"
#include "ui/bridge/RemoteDeployment.h"
#include "ui/bridge/SignIn.h"
#include "ui/presenters/LocalChecks.h"
#include "ui/presenters/LocalSetup.h"
#include "ui/presenters/WorkspacesPresenter.h"
#include "ui/views/FirstRunWindow.h"
#include "ui/views/MainWindow.h"
#include "ui/views/TrayIcon.h"

namespace berth::desktop {

struct DesktopOptions {
  bool startsLocalSetup = false;  // --quickstart: as if "This computer" and Start had been clicked
  QString screenshot;             // --screenshot FILE: once a workspace runs, save the window and quit
};

class DesktopApp : public QObject {
  Q_OBJECT

 public:
  explicit DesktopApp(DesktopOptions options);
  ~DesktopApp() override;

  // False when another instance runs already and was brought to the front.
  bool start();

 private:
  void restoreDeployments();
  void addDeployment(ui::DeploymentAddress address, const Secret& token);
  void addServer(const QString& url, const Secret& token);
  void showFirstRun();
  void showMain();
  void openEditor(const ui::WorkspaceKey& key);
  void openTerminal(const ui::WorkspaceKey& key);
  void explainMissingEditor(const QString& host);
  void onBuildEnded(const ui::WorkspaceKey& key, const ui::WorkspaceItem& item);
  void quit();
  void maybeTakeScreenshot();

  DesktopOptions m_options;
  SingleInstance m_instance;
  ui::CoreThread m_thread;  // before all that runs on it
  ui::Keyring m_keyring;
  ui::LocalServer m_server;
  ui::SignIn m_signIn{m_thread};
  ui::WorkspacesPresenter m_presenter;
  ui::LocalChecks m_checks;
  ui::LocalSetup m_setup{m_server, m_signIn, m_keyring, m_presenter};
  Notifier m_notifier;
  QMap<QString, std::shared_ptr<Secret>> m_tokens;
  std::vector<std::unique_ptr<ui::RemoteDeployment>> m_deployments;
  std::unique_ptr<ui::TrayIcon> m_tray;
  std::unique_ptr<ui::MainWindow> m_window;
  std::unique_ptr<ui::FirstRunWindow> m_firstRun;
};

}  // namespace berth::desktop

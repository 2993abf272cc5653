// Puts the desktop program together: deployments, windows, tray, notifications, and the order in which they end.
#pragma once

#include <QObject>
#include <memory>

#include "app/desktop/Notifier.h"
#include "app/desktop/Openers.h"
#include "app/desktop/QuitSignals.h"
#include "app/desktop/SingleInstance.h"
#include "app/desktop/SleepWatch.h"
#include "app/desktop/Tray.h"
#include "app/desktop/TunnelHost.h"
#include "ui/bridge/Keyring.h"
#include "ui/bridge/LocalAccount.h"
#include "ui/bridge/LocalServer.h"
#include "ui/bridge/RemoteDeployment.h"
#include "ui/bridge/SignIn.h"
#include "ui/presenters/BuildNotice.h"
#include "ui/presenters/LocalChecks.h"
#include "ui/presenters/LocalSetup.h"
#include "ui/presenters/ServerSignIn.h"
#include "ui/presenters/WorkspacesPresenter.h"
#include "ui/views/FirstRunWindow.h"
#include "ui/views/MainWindow.h"
#include "ui/views/TrayMenu.h"

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
  void connectParts();
  void connectTray();
  void connectTunnels();
  void restoreDeployments();
  void restoreServer(const QString& url);
  void restoreLocal();
  void announce(const ui::DeploymentAddress& address, ui::LoadState state, const QString& detail,
                const QString& error = {});
  void retry();
  void signInAgain(const QString& deploymentId);
  void addDeployment(ui::DeploymentAddress address, const Secret& token);
  void addServer(const QString& url, const Secret& token);
  void finishFirstRun();
  void onFirstRunClosed();
  void showFirstRun();
  void showMain();
  void raiseSome();
  void copySsh(const ui::WorkspaceKey& key);
  void openEditor(const ui::WorkspaceKey& key);
  void openTerminal(const ui::WorkspaceKey& key);
  void explainMissingEditor(const ui::WorkspaceKey& key, const QString& host);
  void reportFailure(const QString& what, const QString& why);
  void onBuildEnded(const ui::WorkspaceKey& key, const ui::WorkspaceItem& item);
  void runNotice(ui::NoticeAction action, const ui::WorkspaceKey& key);
  void quit();
  void maybeTakeScreenshot();
  static ui::DeploymentAddress localAddress();

  DesktopOptions m_options;
  QString m_announcedBuild;  // the first workspace's: set-up has said that it runs
  SingleInstance m_instance;
  QuitSignals m_signals;
  ui::CoreThread m_thread;  // before all that runs on it
  ui::Keyring m_keyring;
  ui::LocalServer m_server;
  ui::SignIn m_signIn{m_thread};
  ui::LocalAccount m_account{m_signIn, m_keyring, ui::LocalAccount::defaultPasswordFile()};
  ui::ServerSignIn m_serverSignIn{m_signIn};
  ui::WorkspacesPresenter m_presenter;
  ui::LocalChecks m_checks{m_server};
  ui::LocalSetup m_setup{m_server, m_account, m_presenter};
  Openers m_openers{m_presenter};
  Notifier m_notifier;
  SleepWatch m_sleep;
  std::unique_ptr<TunnelHost> m_tunnels = std::make_unique<TunnelHost>();  // until quit()
  std::map<QString, std::unique_ptr<ui::RemoteDeployment>> m_deployments;
  ui::TrayMenu m_trayMenu{m_presenter};
  std::unique_ptr<Tray> m_tray;
  std::unique_ptr<ui::MainWindow> m_window;
  std::unique_ptr<ui::FirstRunWindow> m_firstRun;
};

}  // namespace berth::desktop

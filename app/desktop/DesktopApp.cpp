#include "app/desktop/DesktopApp.h"

#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QMessageBox>
#include <QSettings>
#include <QTimer>
#include <QUrl>

#include "ui/bridge/Programs.h"

namespace berth::desktop {

namespace {

const QString kServers = QStringLiteral("servers");
const QString kUsesLocal = QStringLiteral("usesThisComputer");
const QString kSaidThatItHides = QStringLiteral("saidThatItHides");
constexpr int kScreenshotDelayMs = 400;  // the last repaint

QString localId() { return QString::fromLatin1(ui::LocalSetup::kDeploymentId); }
QString tokenKey(const QString& id) { return QLatin1String("token/") + id; }

ui::DeploymentAddress serverAddress(const QString& url) {
  const QString host = QUrl(url).authority();
  return {host, host, url, false};
}

}  // namespace

DesktopApp::DesktopApp(DesktopOptions options) : m_options(std::move(options)) {}

DesktopApp::~DesktopApp() = default;

ui::DeploymentAddress DesktopApp::localAddress() {
  return {localId(), tr("This computer"), QStringLiteral("http://127.0.0.1:%1").arg(ui::LocalServer::port()), true};
}

bool DesktopApp::start() {
  if (!m_instance.claim()) return false;
  m_tray = std::make_unique<Tray>(m_trayMenu);
  connectParts();
  connectTray();
  connectTunnels();
  QSettings settings;
  const bool isKnown = settings.value(kUsesLocal).toBool() || !settings.value(kServers).toStringList().isEmpty();
  if (isKnown) restoreDeployments();
  if (isKnown && !m_options.startsLocalSetup) {
    showMain();
  } else {
    showFirstRun();
    if (m_options.startsLocalSetup) m_firstRun->startLocal();
  }
  return true;
}

void DesktopApp::connectParts() {
  connect(&m_instance, &SingleInstance::raiseRequested, this, &DesktopApp::raiseSome);
  connect(&m_signals, &QuitSignals::quitRequested, this, &DesktopApp::quit);
  connect(&m_presenter, &ui::WorkspacesPresenter::buildEnded, this, &DesktopApp::onBuildEnded);
  connect(&m_presenter, &ui::WorkspacesPresenter::workspacesChanged, this, &DesktopApp::maybeTakeScreenshot);
  connect(&m_presenter, &ui::WorkspacesPresenter::retryRequested, this, &DesktopApp::retry);
  connect(&m_presenter, &ui::WorkspacesPresenter::failed, this, &DesktopApp::reportFailure);
  connect(&m_openers, &Openers::failed, &m_presenter, &ui::WorkspacesPresenter::failed);
  connect(&m_serverSignIn, &ui::ServerSignIn::signedIn, this, &DesktopApp::addServer);
  connect(&m_setup, &ui::LocalSetup::finished, this, &DesktopApp::finishFirstRun);
  connect(&m_setup, &ui::LocalSetup::signedIn, this, [this](const Secret& token) {
    QSettings().setValue(kUsesLocal, true);
    addDeployment(localAddress(), token);
  });
  connect(&m_setup, &ui::LocalSetup::failed, this, [this](const QString& sentence) {
    if (m_firstRun && m_firstRun->isVisible()) return;
    m_notifier.show(QStringLiteral("setupEnded"), tr("Setting up this computer stopped"), sentence,
                    {{tr("Show"), [this] { showFirstRun(); }}});
  });
  connect(&m_server, &ui::LocalServer::ready, this, [this] {
    if (m_setup.isRunning()) return;
    if (ui::Deployment* known = m_presenter.deployment(localId()))
      known->refresh();
    else
      signInAgain(localId());
  });
  connect(&m_server, &ui::LocalServer::failed, this, [this](const QString& sentence) {
    if (m_setup.isRunning()) return;
    // A connection finds out by itself, and its list stays.
    if (m_presenter.deployment(localId()) == nullptr)
      announce(localAddress(), ui::LoadState::Offline, tr("Server not running"), sentence);
    m_notifier.show(QStringLiteral("buildFailed"), tr("The server on this computer does not run"), sentence,
                    {{tr("Try again"), [this] { retry(); }}});
  });
}

void DesktopApp::connectTray() {
  connect(m_tray.get(), &Tray::windowRequested, this, &DesktopApp::raiseSome);
  connect(&m_trayMenu, &ui::TrayMenu::windowRequested, this, &DesktopApp::raiseSome);
  connect(&m_trayMenu, &ui::TrayMenu::editorRequested, this, &DesktopApp::openEditor);
  connect(&m_trayMenu, &ui::TrayMenu::terminalRequested, &m_openers, &Openers::openTerminal);
  connect(&m_trayMenu, &ui::TrayMenu::copySshRequested, this, &DesktopApp::copySsh);
  connect(&m_trayMenu, &ui::TrayMenu::quitRequested, this, &DesktopApp::quit);
  connect(&m_trayMenu, &ui::TrayMenu::newWorkspaceRequested, this, [this] {
    showMain();
    m_window->newWorkspace();
  });
  connect(&m_trayMenu, &ui::TrayMenu::logRequested, this, [this](const ui::WorkspaceKey& key) {
    showMain();
    m_window->showLog(key);
  });
}

void DesktopApp::connectTunnels() {
  connect(m_tunnels.get(), &TunnelHost::connectionsChanged, m_presenter.connections(), &ui::Connections::update);
  connect(&m_sleep, &SleepWatch::resumed, m_tunnels.get(), &TunnelHost::onResumed);
  m_tunnels->start();
}

void DesktopApp::announce(const ui::DeploymentAddress& address, ui::LoadState state, const QString& detail,
                          const QString& error) {
  m_presenter.announce({.id = address.id,
                        .name = address.name,
                        .detail = detail,
                        .isLocal = address.isLocal,
                        .state = state,
                        .error = error});
}

void DesktopApp::restoreDeployments() {
  QSettings settings;
  if (settings.value(kUsesLocal).toBool() && !m_options.startsLocalSetup) restoreLocal();
  for (const QString& url : settings.value(kServers).toStringList()) restoreServer(url);
}

void DesktopApp::restoreLocal() {
  if (m_presenter.deployment(localId()) == nullptr)
    announce(localAddress(), ui::LoadState::Loading, tr("Starting the server"));
  m_server.start();
}

void DesktopApp::restoreServer(const QString& url) {
  const ui::DeploymentAddress address = serverAddress(url);
  announce(address, ui::LoadState::Loading, tr("Asking the desktop keyring"));
  m_keyring.read(tokenKey(address.id), [this, address](ui::KeyringAnswer answer, const Secret& token) {
    switch (answer) {
      case ui::KeyringAnswer::Found: return addDeployment(address, token);
      case ui::KeyringAnswer::Refused:
        return announce(address, ui::LoadState::Offline, tr("Keyring locked"),
                        tr("The desktop keyring, which keeps the sign-in, is locked. You are not signed out."));
      case ui::KeyringAnswer::Missing:
      case ui::KeyringAnswer::Absent:
        return announce(address, ui::LoadState::SignedOut, tr("Signed out"),
                        tr("The sign-in was kept only as long as Berth ran; this desktop has no keyring for it."));
    }
  });
}

// What connections can't do by themselves: bring the server of this computer up, ask the keyring again.
void DesktopApp::retry() {
  QSettings settings;
  if (settings.value(kUsesLocal).toBool() && !m_setup.isRunning()) restoreLocal();
  for (const QString& url : settings.value(kServers).toStringList())
    if (m_presenter.deployment(serverAddress(url).id) == nullptr) restoreServer(url);
}

void DesktopApp::signInAgain(const QString& deploymentId) {
  if (deploymentId != localId()) {
    for (const QString& url : QSettings().value(kServers).toStringList()) {
      if (serverAddress(url).id != deploymentId) continue;
      showFirstRun();
      m_firstRun->showServer(url);
    }
    return;
  }
  announce(localAddress(), ui::LoadState::Loading, tr("Signing in"));
  m_account.signIn(m_server.url(), [this](const Result<ui::LocalAccount::SignedIn>& account) {
    if (account) return addDeployment(localAddress(), account->token);
    announce(localAddress(), ui::LoadState::SignedOut, tr("Signed out"),
             QString::fromStdString(account.error().message()));
  });
}

// In place of an earlier connection to the same server, if there is one.
void DesktopApp::addDeployment(ui::DeploymentAddress address, const Secret& token) {
  m_openers.setToken(address.id, token);
  if (m_tunnels) m_tunnels->addDeployment(address.id, address.url, token);
  const QString id = address.id;
  m_deployments.erase(id);
  auto deployment = std::make_unique<ui::RemoteDeployment>(m_thread, std::move(address), token);
  m_presenter.addDeployment(deployment.get());
  deployment->start();
  m_deployments.emplace(id, std::move(deployment));
}

void DesktopApp::addServer(const QString& url, const Secret& token) {
  QSettings settings;
  QStringList servers = settings.value(kServers).toStringList();
  if (!servers.contains(url)) settings.setValue(kServers, servers << url);
  const ui::DeploymentAddress address = serverAddress(url);
  m_keyring.write(tokenKey(address.id), token, [this, name = address.name](bool kept) {
    if (!kept)
      m_notifier.show(QStringLiteral("setupEnded"), tr("This desktop has no keyring"),
                      tr("The sign-in to %1 lasts as long as Berth runs.").arg(name), {});
  });
  addDeployment(address, token);
  if (m_firstRun) m_firstRun.release()->deleteLater();
  showMain();
}

void DesktopApp::finishFirstRun() {
  const bool isWatched = m_firstRun && m_firstRun->isVisible();
  m_checks.stop();
  if (const auto item = m_presenter.workspace(m_setup.workspaceKey())) m_announcedBuild = item->build.id;
  if (m_firstRun) {
    m_firstRun->hide();
    m_firstRun.release()->deleteLater();
  }
  m_notifier.show(
      QStringLiteral("setupEnded"), tr("This computer is ready"),
      tr("The workspace %1 is running.").arg(QLatin1String(ui::LocalSetup::kWorkspaceName)),
      {{tr("Open in VS Code"), [this] { openEditor(m_setup.workspaceKey()); }}, {tr("Show"), [this] { showMain(); }}});
  if (isWatched || !Tray::isAvailable()) showMain();
}

// A window that is closed before there is anything to keep running for ends the program.
void DesktopApp::onFirstRunClosed() {
  const bool hasOtherUse = m_setup.isRunning() || (m_window && m_window->isVisible());
  const bool keepsTray = !m_presenter.deployments().isEmpty() && Tray::isAvailable();
  if (!hasOtherUse && !keepsTray) quit();
}

void DesktopApp::showFirstRun() {
  if (!m_firstRun) {
    m_firstRun = std::make_unique<ui::FirstRunWindow>(m_checks, m_setup, m_serverSignIn, *m_presenter.log());
    connect(m_firstRun.get(), &ui::FirstRunWindow::closed, this, &DesktopApp::onFirstRunClosed);
  }
  m_firstRun->raiseWindow();
}

void DesktopApp::showMain() {
  if (!m_window) {
    m_window = std::make_unique<ui::MainWindow>(m_presenter);
    connect(m_window.get(), &ui::MainWindow::editorRequested, this, &DesktopApp::openEditor);
    connect(m_window.get(), &ui::MainWindow::terminalRequested, &m_openers, &Openers::openTerminal);
    connect(m_window.get(), &ui::MainWindow::copySshRequested, this, &DesktopApp::copySsh);
    connect(m_window.get(), &ui::MainWindow::addServerRequested, this, [this] {
      showFirstRun();
      m_firstRun->showServer();
    });
    connect(m_window.get(), &ui::MainWindow::signInRequested, this, &DesktopApp::signInAgain);
    connect(m_window.get(), &ui::MainWindow::quitRequested, this, &DesktopApp::quit);
    connect(m_window.get(), &ui::MainWindow::hiddenToTray, this, [this] {
      QSettings settings;
      if (settings.value(kSaidThatItHides).toBool()) return;
      settings.setValue(kSaidThatItHides, true);
      m_notifier.show(QStringLiteral("background"), tr("Berth goes on in the tray"),
                      tr("Its icon there opens the window again, and quits."), {{tr("Show"), [this] { showMain(); }}});
    });
    m_window->setKeepsRunning([] { return Tray::isAvailable(); });
  }
  m_window->raiseWindow();
}

// The window that was last of use: the first page while it is open, else the list.
void DesktopApp::raiseSome() {
  const bool isSetUp = !m_presenter.deployments().isEmpty();
  if (m_firstRun && (m_firstRun->isVisible() || m_setup.isRunning() || !isSetUp)) return m_firstRun->raiseWindow();
  if (isSetUp) return showMain();
  showFirstRun();
}

void DesktopApp::copySsh(const ui::WorkspaceKey& key) {
  const QStringList command = m_openers.sshCommand(key);
  if (!command.isEmpty()) QApplication::clipboard()->setText(Openers::quoted(command));
}

void DesktopApp::openEditor(const ui::WorkspaceKey& key) {
  const auto item = m_presenter.workspace(key);
  if (!item) return;
  const QList<ui::Editor> editors = ui::Programs::editors();
  if (editors.isEmpty())
    explainMissingEditor(key, Openers::sshHost(*item));
  else
    m_openers.openEditor(key, editors.first());
}

void DesktopApp::explainMissingEditor(const ui::WorkspaceKey& key, const QString& host) {
  showMain();
  auto* box = new QMessageBox(QMessageBox::Information, tr("VS Code was not found"),
                              tr("No editor of the VS Code family was found on this computer."), QMessageBox::Cancel,
                              m_window.get());
  box->setInformativeText(
      tr("Install VS Code from code.visualstudio.com, with its extension \"Remote - SSH\", or open the workspace in a "
         "terminal. Berth looks again each time; the SSH host is %1.")
          .arg(host));
  box->setDetailedText(
      tr("Looked on the search path for: code, code-insiders, codium, cursor, windsurf; and among the "
         "desktop's applications for their Flatpak and Snap packages."));
  QPushButton* install = box->addButton(tr("Install …"), QMessageBox::AcceptRole);
  QPushButton* terminal = box->addButton(tr("Open terminal"), QMessageBox::ActionRole);
  QPushButton* copy = box->addButton(tr("Copy SSH command"), QMessageBox::ActionRole);
  box->setAttribute(Qt::WA_DeleteOnClose);
  connect(install, &QPushButton::clicked, this,
          [] { QDesktopServices::openUrl(QUrl(QStringLiteral("https://code.visualstudio.com/download"))); });
  connect(terminal, &QPushButton::clicked, this, [this, key] { m_openers.openTerminal(key); });
  connect(copy, &QPushButton::clicked, this, [this, key] { copySsh(key); });
  box->open();
}

// What a visible window does not say already.
void DesktopApp::reportFailure(const QString& what, const QString& why) {
  if ((m_window && m_window->isVisible()) || m_setup.isRunning()) return;
  m_notifier.show(QStringLiteral("buildFailed"), what, why, {{tr("Show"), [this] { raiseSome(); }}});
}

void DesktopApp::onBuildEnded(const ui::WorkspaceKey& key, const ui::WorkspaceItem& item) {
  if (m_setup.isRunning() || item.build.id == m_announcedBuild) return;
  if (m_window && m_window->isShowingLogOf(key)) return;
  const auto notice = ui::noticeOf(item);
  if (!notice) return;
  QList<NotificationAction> actions;
  for (const ui::NoticeAction action : notice->actions)
    actions.append({ui::labelOf(action), [this, action, key] { runNotice(action, key); }});
  m_notifier.show(notice->event, notice->title, notice->text, std::move(actions));
}

void DesktopApp::runNotice(ui::NoticeAction action, const ui::WorkspaceKey& key) {
  switch (action) {
    case ui::NoticeAction::OpenEditor: openEditor(key); break;
    case ui::NoticeAction::Start: m_presenter.start(key); break;
    case ui::NoticeAction::ShowLog:
      showMain();
      m_window->showLog(key);
      break;
  }
}

// The bundled server is a child: it ends with the app, a running workspace goes on.
void DesktopApp::quit() {
  if (m_window) m_window->hide();
  if (m_firstRun) m_firstRun->hide();
  m_checks.stop();
  m_setup.abandon();
  m_tunnels.reset();
  m_deployments.clear();
  m_server.stop();
  QApplication::quit();
}

void DesktopApp::maybeTakeScreenshot() {
  if (m_options.screenshot.isEmpty() || !m_window || m_presenter.runningCount() == 0) return;
  if (!m_presenter.changing().isEmpty()) return;
  const QString path = std::exchange(m_options.screenshot, {});
  QTimer::singleShot(kScreenshotDelayMs, this, [this, path] {
    if (!m_window->grab().save(path)) qWarning("%s cannot be written", qPrintable(path));
    quit();
  });
}

}  // namespace berth::desktop

#include "app/desktop/DesktopApp.h"

#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QDir>
#include <QMessageBox>
#include <QProcess>
#include <QSaveFile>
#include <QSettings>
#include <QStandardPaths>
#include <QTimer>
#include <QUrl>

#include "ui/bridge/Programs.h"

namespace berth::desktop {

namespace {

const QString kLocalId = QStringLiteral("local");
const QString kServers = QStringLiteral("servers");
const QString kUsesLocal = QStringLiteral("usesThisComputer");
constexpr int kConfigSshMs = 20000;
constexpr int kScreenshotDelayMs = 400;  // the last repaint

QString tokenKey(const QString& id) { return QLatin1String("token/") + id; }

// The command line's configuration for one deployment: what IDEs use through `berth ssh --stdio`.
QString cliDirectory(const QString& id) {
  return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
         QLatin1String("/berth/deployments/") + id;
}

bool writePrivate(const QString& path, const QByteArray& content) {
  QSaveFile file(path);
  return file.open(QIODevice::WriteOnly) && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner) &&
         file.write(content) == content.size() && file.commit();
}

// Signs the command line in to the same deployment, as `berth login` would.
bool writeCliSession(const QString& id, const QString& url, const Secret& token) {
  const QString directory = cliDirectory(id);
  QDir().mkpath(directory);
  QFile::setPermissions(directory, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
  const std::string_view text = token.reveal();
  return writePrivate(directory + QLatin1String("/url"), url.toUtf8()) &&
         writePrivate(directory + QLatin1String("/session"),
                      QByteArray(text.data(), static_cast<qsizetype>(text.size())));
}

}  // namespace

DesktopApp::DesktopApp(DesktopOptions options) : m_options(std::move(options)) {
  m_tray = std::make_unique<ui::TrayIcon>(m_presenter);
  connect(&m_instance, &SingleInstance::raiseRequested, this, [this] {
    if (m_firstRun) {
      m_firstRun->show();
      m_firstRun->raise();
    } else {
      showMain();
    }
  });
  connect(&m_presenter, &ui::WorkspacesPresenter::buildEnded, this, &DesktopApp::onBuildEnded);
  connect(&m_presenter, &ui::WorkspacesPresenter::workspacesChanged, this, &DesktopApp::maybeTakeScreenshot);
  connect(&m_setup, &ui::LocalSetup::signedIn, this, [this](const Secret& token) {
    QSettings().setValue(kUsesLocal, true);
    addDeployment({kLocalId, tr("This computer"), m_server.url(), true}, token);
  });
  connect(m_tray.get(), &ui::TrayIcon::windowRequested, this, &DesktopApp::showMain);
  connect(m_tray.get(), &ui::TrayIcon::editorRequested, this, &DesktopApp::openEditor);
  connect(m_tray.get(), &ui::TrayIcon::terminalRequested, this, &DesktopApp::openTerminal);
  connect(m_tray.get(), &ui::TrayIcon::quitRequested, this, &DesktopApp::quit);
  connect(m_tray.get(), &ui::TrayIcon::newWorkspaceRequested, this, [this] {
    showMain();
    m_window->newWorkspace();
  });
  connect(m_tray.get(), &ui::TrayIcon::logRequested, this, [this](const ui::WorkspaceKey& key) {
    showMain();
    m_window->showLog(key);
  });
}

DesktopApp::~DesktopApp() = default;

bool DesktopApp::start() {
  if (!m_instance.claim()) return false;
  m_tray->show();
  QSettings settings;
  const bool isKnown = settings.value(kUsesLocal).toBool() || !settings.value(kServers).toStringList().isEmpty();
  if (isKnown && !m_options.startsLocalSetup) {
    restoreDeployments();
    showMain();
  } else {
    showFirstRun();
    if (m_options.startsLocalSetup) m_firstRun->startLocal();
  }
  return true;
}

void DesktopApp::restoreDeployments() {
  QSettings settings;
  for (const QString& url : settings.value(kServers).toStringList()) {
    const QString host = QUrl(url).host();
    m_keyring.read(tokenKey(host),
                   [this, host, url](const Secret& token) { addDeployment({host, host, url, false}, token); });
  }
  if (!settings.value(kUsesLocal).toBool()) return;
  connect(&m_server, &ui::LocalServer::ready, this, [this] {
    if (m_setup.isRunning() || m_presenter.deployment(kLocalId) != nullptr) return;
    m_keyring.read(tokenKey(kLocalId), [this](const Secret& token) {
      addDeployment({kLocalId, tr("This computer"), m_server.url(), true}, token);
    });
  });
  connect(&m_server, &ui::LocalServer::failed, this, [this](const QString& sentence) {
    if (m_setup.isRunning()) return;
    m_notifier.show(QStringLiteral("buildFailed"), tr("The server on this computer does not run"), sentence,
                    {{tr("Try again"), [this] { m_server.start(); }}});
  });
  m_server.start();
}

void DesktopApp::addDeployment(ui::DeploymentAddress address, const Secret& token) {
  if (m_presenter.deployment(address.id) != nullptr) return;
  m_tokens.insert(address.id, std::make_shared<Secret>(token));
  auto deployment = std::make_unique<ui::RemoteDeployment>(m_thread, std::move(address), token);
  m_presenter.addDeployment(deployment.get());
  deployment->start();
  m_deployments.push_back(std::move(deployment));
}

void DesktopApp::addServer(const QString& url, const Secret& token) {
  QSettings settings;
  QStringList servers = settings.value(kServers).toStringList();
  if (!servers.contains(url)) settings.setValue(kServers, servers << url);
  const QString host = QUrl(url).host();
  m_keyring.write(tokenKey(host), token, [this](bool kept) {
    if (!kept)
      m_notifier.show(QStringLiteral("setupEnded"), tr("No keyring answers"),
                      tr("The sign-in lasts as long as Berth runs."), {});
  });
  addDeployment({host, host, url, false}, token);
}

void DesktopApp::showFirstRun() {
  if (!m_firstRun) {
    m_firstRun = std::make_unique<ui::FirstRunWindow>(m_checks, m_setup, m_signIn, *m_presenter.log());
    connect(m_firstRun.get(), &ui::FirstRunWindow::serverAdded, this, [this](const QString& url, const Secret& token) {
      addServer(url, token);
      m_firstRun.release()->deleteLater();
      showMain();
    });
    connect(m_firstRun.get(), &ui::FirstRunWindow::done, this, [this] {
      m_firstRun->hide();
      m_firstRun.release()->deleteLater();
      m_notifier.show(QStringLiteral("setupEnded"), tr("This computer is ready"),
                      tr("The workspace %1 is running.").arg(QLatin1String(ui::LocalSetup::kWorkspaceName)),
                      {{tr("Open in VS Code"), [this] { openEditor(m_setup.workspaceKey()); }}});
      showMain();
    });
  }
  m_firstRun->show();
}

void DesktopApp::showMain() {
  if (!m_window) {
    m_window = std::make_unique<ui::MainWindow>(m_presenter);
    connect(m_window.get(), &ui::MainWindow::editorRequested, this, &DesktopApp::openEditor);
    connect(m_window.get(), &ui::MainWindow::terminalRequested, this, &DesktopApp::openTerminal);
    connect(m_window.get(), &ui::MainWindow::addServerRequested, this, &DesktopApp::showFirstRun);
    connect(m_window.get(), &ui::MainWindow::quitRequested, this, &DesktopApp::quit);
  }
  m_window->setKeepsRunning(m_tray->isShown());
  m_window->raiseWindow();
}

void DesktopApp::openEditor(const ui::WorkspaceKey& key) {
  const auto item = m_presenter.workspace(key);
  const ui::Deployment* deployment = m_presenter.deployment(key.deploymentId);
  if (!item || deployment == nullptr) return;
  const QString host = item->name + QLatin1String(".coder");
  const QList<ui::Editor> editors = ui::Programs::editors();
  if (editors.isEmpty()) return explainMissingEditor(host);
  if (!writeCliSession(key.deploymentId, deployment->url(), *m_tokens[key.deploymentId])) {
    Q_EMIT m_presenter.failed(tr("%1 could not be opened").arg(item->name),
                              tr("%1 cannot be written.").arg(cliDirectory(key.deploymentId)));
    return;
  }
  const QString folder = item->agents.isEmpty() ? QString() : item->agents.first().directory;
  auto* configure = new QProcess(this);
  QTimer::singleShot(kConfigSshMs, configure, &QProcess::kill);
  connect(
      configure, &QProcess::finished, this, [this, configure, item, editor = editors.first(), host, folder](int code) {
        configure->deleteLater();
        if (code != 0) {
          Q_EMIT m_presenter.failed(tr("SSH could not be set up for %1").arg(item->name),
                                    QString::fromUtf8(configure->readAllStandardError()));
        } else if (!ui::Programs::start(QStringList(editor.command) + ui::Programs::editorArguments(host, folder))) {
          Q_EMIT m_presenter.failed(tr("%1 could not be started").arg(editor.name), editor.command);
        }
      });
  configure->start(ui::LocalServer::program(), {QStringLiteral("--global-config"), cliDirectory(key.deploymentId),
                                                QStringLiteral("config-ssh"), QStringLiteral("-y")});
}

void DesktopApp::explainMissingEditor(const QString& host) {
  showMain();
  auto* box = new QMessageBox(QMessageBox::Information, tr("VS Code was not found"),
                              tr("No editor of the VS Code family is on the search path."), QMessageBox::Cancel,
                              m_window.get());
  box->setInformativeText(tr("Install VS Code, or connect any editor that speaks SSH to the host %1.").arg(host));
  box->setDetailedText(tr("Looked for: code, code-insiders, codium, cursor, windsurf"));
  QPushButton* install = box->addButton(tr("Install …"), QMessageBox::AcceptRole);
  QPushButton* copy = box->addButton(tr("Copy SSH command"), QMessageBox::ActionRole);
  box->setAttribute(Qt::WA_DeleteOnClose);
  connect(install, &QPushButton::clicked, this,
          [] { QDesktopServices::openUrl(QUrl(QStringLiteral("https://code.visualstudio.com/download"))); });
  connect(copy, &QPushButton::clicked, this,
          [host] { QApplication::clipboard()->setText(QLatin1String("ssh ") + host); });
  box->open();
}

void DesktopApp::openTerminal(const ui::WorkspaceKey& key) {
  const auto item = m_presenter.workspace(key);
  const ui::Deployment* deployment = m_presenter.deployment(key.deploymentId);
  if (!item || deployment == nullptr) return;
  const QStringList ssh = {ui::LocalServer::program(), QStringLiteral("--global-config"),
                           cliDirectory(key.deploymentId), QStringLiteral("ssh"), item->name};
  const bool isSignedIn = writeCliSession(key.deploymentId, deployment->url(), *m_tokens[key.deploymentId]);
  if (isSignedIn && ui::Programs::start(ui::Programs::terminalCommand(ssh))) return;
  Q_EMIT m_presenter.failed(tr("No terminal program was found"),
                            tr("Run this in a terminal of your choice: %1").arg(ssh.join(QLatin1Char(' '))));
}

void DesktopApp::onBuildEnded(const ui::WorkspaceKey& key, const ui::WorkspaceItem& item) {
  const NotificationAction showLog{tr("Show log"), [this, key] {
                                     showMain();
                                     m_window->showLog(key);
                                   }};
  switch (item.status) {
    case WorkspaceStatus::Running:
      m_notifier.show(QStringLiteral("buildEnded"), tr("%1 is running").arg(item.name), item.templateName,
                      {{tr("Open in VS Code"), [this, key] { openEditor(key); }}});
      break;
    case WorkspaceStatus::Stopped:
      m_notifier.show(QStringLiteral("buildEnded"), tr("%1 is stopped").arg(item.name), tr("Its files are kept."),
                      {{tr("Start again"), [this, key] { m_presenter.start(key); }}});
      break;
    case WorkspaceStatus::Failed:
      m_notifier.show(QStringLiteral("buildFailed"), tr("%1 failed").arg(item.name), item.statusDetail, {showLog});
      break;
    case WorkspaceStatus::Canceled:
      m_notifier.show(QStringLiteral("buildEnded"), tr("%1 was cancelled").arg(item.name), {}, {showLog});
      break;
    default: break;
  }
}

// The bundled server is a child: it ends with the app, a running workspace goes on.
void DesktopApp::quit() {
  if (m_window) m_window->hide();
  m_deployments.clear();
  m_server.stop();
  QApplication::quit();
}

void DesktopApp::maybeTakeScreenshot() {
  if (m_options.screenshot.isEmpty() || !m_window || m_presenter.runningCount() == 0) return;
  if (m_presenter.changing().isEmpty()) {
    const QString path = std::exchange(m_options.screenshot, {});
    QTimer::singleShot(kScreenshotDelayMs, this, [this, path] {
      m_window->grab().save(path);
      quit();
    });
  }
}

}  // namespace berth::desktop

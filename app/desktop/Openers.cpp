#include "app/desktop/Openers.h"

#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTimer>

#include "ui/bridge/LocalServer.h"
#include "ui/bridge/PrivateFile.h"

namespace berth::desktop {

namespace {

constexpr int kConfigSshMs = 20000;

// The command line's configuration for one deployment: what IDEs use through `berth ssh --stdio`.
QString cliDirectory(const QString& deploymentId) {
  return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
         QLatin1String("/berth/deployments/") + deploymentId;
}

QString quotedWord(const QString& word) {
  static const QRegularExpression kPlain(QStringLiteral("^[A-Za-z0-9_@%+=:,./-]+$"));
  if (kPlain.match(word).hasMatch()) return word;
  return QLatin1Char('\'') + QString(word).replace(QLatin1Char('\''), QLatin1String("'\\''")) + QLatin1Char('\'');
}

}  // namespace

Openers::Openers(ui::WorkspacesPresenter& presenter, QObject* parent) : QObject(parent), m_presenter(presenter) {}

void Openers::setToken(const QString& deploymentId, const Secret& token) {
  m_tokens.insert(deploymentId, std::make_shared<Secret>(token));
}

QString Openers::sshHost(const ui::WorkspaceItem& item) { return item.name + QLatin1String(".coder"); }

QString Openers::quoted(const QStringList& command) {
  QStringList words;
  for (const QString& word : command) words.append(quotedWord(word));
  return words.join(QLatin1Char(' '));
}

// Signs the command line in to the same deployment, as `berth login` would.
bool Openers::writeSession(const QString& deploymentId) const {
  const ui::Deployment* deployment = m_presenter.deployment(deploymentId);
  if (deployment == nullptr || !m_tokens.contains(deploymentId)) return false;
  const QString directory = cliDirectory(deploymentId);
  return ui::writePrivateFile(directory + QLatin1String("/url"), Secret(deployment->url().toStdString())) &&
         ui::writePrivateFile(directory + QLatin1String("/session"), *m_tokens[deploymentId]);
}

QStringList Openers::sshCommand(const ui::WorkspaceKey& key) const {
  const auto item = m_presenter.workspace(key);
  if (!item || !writeSession(key.deploymentId)) return {};
  return {ui::LocalServer::program(), QStringLiteral("--global-config"), cliDirectory(key.deploymentId),
          QStringLiteral("ssh"), item->name};
}

void Openers::openEditor(const ui::WorkspaceKey& key, const ui::Editor& editor) {
  const auto item = m_presenter.workspace(key);
  if (!item) return;
  if (!writeSession(key.deploymentId)) {
    Q_EMIT failed(tr("%1 could not be opened").arg(item->name),
                  tr("%1 cannot be written.").arg(cliDirectory(key.deploymentId)));
    return;
  }
  const QString folder = item->agents.isEmpty() ? QString() : item->agents.first().directory;
  auto* configure = new QProcess(this);
  QTimer::singleShot(kConfigSshMs, configure, &QProcess::kill);
  connect(configure, &QProcess::finished, this, [this, configure, item, editor, folder](int code) {
    configure->deleteLater();
    if (code != 0) {
      const QString why = QString::fromUtf8(configure->readAllStandardError()).trimmed();
      Q_EMIT failed(tr("SSH could not be set up for %1").arg(item->name), why);
    } else if (!ui::Programs::openInEditor(editor, sshHost(*item), folder)) {
      Q_EMIT failed(tr("%1 could not be started").arg(editor.name), editor.command);
    }
  });
  configure->start(ui::LocalServer::program(), {QStringLiteral("--global-config"), cliDirectory(key.deploymentId),
                                                QStringLiteral("config-ssh"), QStringLiteral("-y")});
}

void Openers::openTerminal(const ui::WorkspaceKey& key) {
  const QStringList ssh = sshCommand(key);
  if (ssh.isEmpty()) {
    Q_EMIT failed(tr("The terminal could not be opened"),
                  tr("%1 cannot be written.").arg(cliDirectory(key.deploymentId)));
  } else if (!ui::Programs::start(ui::Programs::terminalCommand(ssh))) {
    Q_EMIT failed(tr("No terminal program was found"),
                  tr("Run this in a terminal of your choice: %1").arg(quoted(ssh)));
  }
}

}  // namespace berth::desktop

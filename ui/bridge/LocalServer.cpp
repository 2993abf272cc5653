#include "ui/bridge/LocalServer.h"

#include <signal.h>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QStandardPaths>

namespace berth::ui {

namespace {

constexpr int kProbeMs = 100;
constexpr int kProbes = 200;  // 20 s
constexpr int kStopMs = 3000;
constexpr qint64 kLogTail = 4096;

QString under(QStandardPaths::StandardLocation location, const QString& name) {
  return QStandardPaths::writableLocation(location) + QLatin1String("/berth/") + name;
}

}  // namespace

LocalServer::LocalServer(QObject* parent) : QObject(parent) {
  m_probeTimer.setInterval(kProbeMs);
  connect(&m_probeTimer, &QTimer::timeout, this, &LocalServer::probe);
  connect(&m_process, &QProcess::finished, this, [this] {
    m_probeTimer.stop();
    if (!m_isStopping) Q_EMIT failed(tr("The server on this computer ended: %1").arg(lastLogLine()));
  });
  connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    if (error != QProcess::FailedToStart) return;
    m_probeTimer.stop();
    Q_EMIT failed(tr("%1 could not be started: %2").arg(program(), m_process.errorString()));
  });
}

LocalServer::~LocalServer() { stop(); }

QString LocalServer::url() const { return QStringLiteral("http://127.0.0.1:%1").arg(kPort); }
QString LocalServer::program() { return QCoreApplication::applicationDirPath() + QLatin1String("/berth"); }
QString LocalServer::dataDirectory() { return under(QStandardPaths::GenericDataLocation, QStringLiteral("server")); }
QString LocalServer::logFile() { return under(QStandardPaths::GenericStateLocation, QStringLiteral("server.log")); }

void LocalServer::start() {
  m_isStopping = false;
  m_probesLeft = kProbes;
  probe();
}

// Asks whether a server answers; the first time nothing does, one is launched.
void LocalServer::probe() {
  auto* manager = new QNetworkAccessManager(this);
  QNetworkRequest request(QUrl(url() + QLatin1String("/api/v2/buildinfo")));
  request.setTransferTimeout(2000);
  QNetworkReply* reply = manager->get(request);
  connect(reply, &QNetworkReply::finished, this, [this, manager, reply] {
    manager->deleteLater();
    const bool isServer = reply->error() == QNetworkReply::NoError && reply->readAll().contains("\"version\"");
    if (isServer) {
      m_probeTimer.stop();
      Q_EMIT ready();
    } else if (reply->error() != QNetworkReply::ConnectionRefusedError && !isChild()) {
      m_probeTimer.stop();
      Q_EMIT failed(tr("Port %1 is used by another program. End it, then try again.").arg(kPort));
    } else if (!isChild() && m_probesLeft == kProbes) {
      launch();
    } else if (m_probesLeft-- <= 0) {
      m_probeTimer.stop();
      Q_EMIT failed(tr("The server has not answered for 20 s: %1").arg(lastLogLine()));
    }
  });
}

void LocalServer::launch() {
  --m_probesLeft;
  QDir().mkpath(dataDirectory());
  QFile::setPermissions(dataDirectory(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
  QDir().mkpath(QFileInfo(logFile()).path());
  m_process.setStandardOutputFile(logFile(), QIODevice::Append);
  m_process.setStandardErrorFile(logFile(), QIODevice::Append);
  m_process.setProgram(program());
  m_process.setArguments({QStringLiteral("--global-config"), dataDirectory(), QStringLiteral("server"),
                          QStringLiteral("--http-address"), QStringLiteral("127.0.0.1:%1").arg(kPort),
                          QStringLiteral("--access-url"), url()});
  m_process.start();
  m_probeTimer.start();
}

void LocalServer::stop() {
  m_isStopping = true;
  m_probeTimer.stop();
  if (!isChild()) return;
  ::kill(static_cast<pid_t>(m_process.processId()), SIGINT);
  if (!m_process.waitForFinished(kStopMs)) m_process.kill();
}

QString LocalServer::lastLogLine() const {
  QFile file(logFile());
  if (!file.open(QIODevice::ReadOnly)) return tr("no log in %1").arg(logFile());
  file.seek(std::max<qint64>(0, file.size() - kLogTail));
  const QStringList lines = QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
  return lines.isEmpty() ? tr("the log %1 is empty").arg(logFile()) : lines.last();
}

}  // namespace berth::ui

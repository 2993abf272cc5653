#include "ui/bridge/LocalServer.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QNetworkReply>
#include <QStandardPaths>

namespace berth::ui {

namespace {

constexpr int kDefaultPort = 7080;
constexpr int kProbeMs = 100;
constexpr int kProbeTimeoutMs = 2000;
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
    if (!m_isStopping) fail(tr("The server on this computer ended: %1").arg(lastLogLine()));
  });
  connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart)
      fail(tr("%1 could not be started: %2").arg(program(), m_process.errorString()));
  });
  // A group of its own: Ctrl+C in the terminal that started the app is for the app, which ends the server in order.
  // Should the app crash, the server is told to end too.
  m_process.setChildProcessModifier([] {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGINT);
  });
}

LocalServer::~LocalServer() { stop(); }

int LocalServer::port() {
  const int chosen = qEnvironmentVariableIntValue("BERTH_PORT");
  return chosen > 0 ? chosen : kDefaultPort;
}

QString LocalServer::url() const { return QStringLiteral("http://127.0.0.1:%1").arg(port()); }
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
  if (m_isAsking) return;
  m_isAsking = true;
  look([this](PortUse use) {
    m_isAsking = false;
    if (!m_isStopping) judge(use);
  });
}

void LocalServer::look(std::function<void(PortUse)> done) {
  QNetworkRequest request(QUrl(url() + QLatin1String("/api/v2/buildinfo")));
  request.setTransferTimeout(kProbeTimeoutMs);
  QNetworkReply* reply = m_network.get(request);
  connect(reply, &QNetworkReply::finished, this, [reply, done = std::move(done)] {
    reply->deleteLater();
    if (reply->error() == QNetworkReply::ConnectionRefusedError) return done(PortUse::Free);
    const bool isServer = reply->error() == QNetworkReply::NoError && reply->readAll().contains("\"version\"");
    done(isServer ? PortUse::Server : PortUse::OtherProgram);
  });
}

void LocalServer::judge(PortUse use) {
  if (use == PortUse::Server) {
    m_probeTimer.stop();
    Q_EMIT ready();
  } else if (use == PortUse::OtherProgram && !isChild()) {
    fail(tr("Port %1 is used by another program. End it, then try again.").arg(port()));
  } else if (!isChild() && m_probesLeft == kProbes) {
    launch();
  } else if (m_probesLeft-- <= 0) {
    fail(tr("The server has not answered for 20 s: %1").arg(lastLogLine()));
  }
}

void LocalServer::launch() {
  --m_probesLeft;
  QDir().mkpath(dataDirectory());
  QFile::setPermissions(dataDirectory(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
  QDir().mkpath(QFileInfo(logFile()).path());
  m_process.setStandardInputFile(QProcess::nullDevice());
  m_process.setStandardOutputFile(logFile(), QIODevice::Append);
  m_process.setStandardErrorFile(logFile(), QIODevice::Append);
  m_process.setProgram(program());
  m_process.setArguments({QStringLiteral("--global-config"), dataDirectory(), QStringLiteral("server"),
                          QStringLiteral("--http-address"), QStringLiteral("127.0.0.1:%1").arg(port()),
                          QStringLiteral("--access-url"), url()});
  m_process.start();
  m_probeTimer.start();
}

void LocalServer::fail(const QString& sentence) {
  m_probeTimer.stop();
  Q_EMIT failed(sentence);
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

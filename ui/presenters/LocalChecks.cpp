#include "ui/presenters/LocalChecks.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalSocket>
#include <QStandardPaths>
#include <QStorageInfo>

#include "ui/bridge/LocalAccount.h"

namespace berth::ui {

namespace {

constexpr int kRepeatMs = 5000;
constexpr int kDockerMs = 4000;
constexpr qint64 kMaxDockerAnswer = 64 * 1024;
constexpr qint64 kBytesNeeded = 10LL << 30;
const QString kDocker = QStringLiteral("docker");
const QString kPermission = QStringLiteral("permission");
const QString kTofu = QStringLiteral("tofu");
const QString kDisk = QStringLiteral("disk");
const QString kPort = QStringLiteral("port");

// What './dev setup' builds where there is none on PATH.
QString cachedTofu() {
  const QString path =
      QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) + QLatin1String("/berth/tools/tofu");
  return QFileInfo(path).isExecutable() ? path : QString();
}

QString findTofu() {
  for (const QString& name : {QStringLiteral("tofu"), QStringLiteral("terraform")})
    if (const QString path = QStandardPaths::findExecutable(name); !path.isEmpty()) return path;
  return cachedTofu();
}

bool isDockerInstalled() {
  return !QStandardPaths::findExecutable(kDocker).isEmpty() ||
         !QStandardPaths::findExecutable(QStringLiteral("dockerd"), {QStringLiteral("/usr/sbin")}).isEmpty();
}

}  // namespace

LocalChecks::LocalChecks(LocalServer& server, QString dockerSocket, QObject* parent)
    : QObject(parent), m_server(server), m_dockerSocket(std::move(dockerSocket)) {
  m_list.setSteps({Step{.id = kDocker, .title = tr("Docker")},
                   Step{.id = kPermission, .title = tr("Permission for Docker")},
                   Step{.id = kTofu, .title = tr("OpenTofu")}, Step{.id = kDisk, .title = tr("Disk space")},
                   Step{.id = kPort, .title = tr("Port %1").arg(LocalServer::port())}});
  m_timer.setInterval(kRepeatMs);
  connect(&m_timer, &QTimer::timeout, this, &LocalChecks::start);
}

QString LocalChecks::defaultDockerSocket() {
  const QString host = qEnvironmentVariable("DOCKER_HOST");
  if (host.startsWith(QLatin1String("unix://"))) return host.mid(7);
  return QStringLiteral("/var/run/docker.sock");
}

void LocalChecks::start() {
  checkDocker();
  checkTofu();
  checkDisk();
  checkPort();
  m_timer.start();
}

// Asks the engine itself for its version, as its clients do; the `docker` command is not needed.
void LocalChecks::checkDocker() {
  auto* socket = new QLocalSocket(this);
  QTimer::singleShot(kDockerMs, socket, [this, socket] {
    socket->deleteLater();
    explainDocker(tr("no answer within %1 s").arg(kDockerMs / 1000), false);
  });
  connect(socket, &QLocalSocket::connected, socket,
          [socket] { socket->write("GET /version HTTP/1.0\r\nHost: docker\r\n\r\n"); });
  connect(socket, &QLocalSocket::readyRead, socket, [socket] {
    if (socket->bytesAvailable() > kMaxDockerAnswer) socket->abort();
  });
  connect(socket, &QLocalSocket::disconnected, this, [this, socket] {
    socket->deleteLater();
    acceptDocker(socket->readAll());
  });
  connect(socket, &QLocalSocket::errorOccurred, this, [this, socket](QLocalSocket::LocalSocketError error) {
    if (error == QLocalSocket::PeerClosedError) return;  // the answer's end
    socket->deleteLater();
    const bool isThere = QFileInfo::exists(m_dockerSocket);
    explainDocker(isThere ? tr("nothing answers on %1").arg(m_dockerSocket) : tr("there is no %1").arg(m_dockerSocket),
                  error == QLocalSocket::SocketAccessError);
  });
  socket->connectToServer(m_dockerSocket);
}

void LocalChecks::acceptDocker(const QByteArray& answer) {
  const QByteArray body = answer.mid(answer.indexOf("\r\n\r\n") + 4);
  const QString version = QJsonDocument::fromJson(body).object().value(QLatin1String("Version")).toString();
  if (version.isEmpty()) return explainDocker(tr("the answer is not Docker's"), false);
  m_list.set(kDocker, StepState::Done, tr("version %1 answers on %2").arg(version, m_dockerSocket));
  m_list.set(kPermission, StepState::Done, tr("this user may use Docker"));
}

void LocalChecks::explainDocker(const QString& why, bool mayNotOpen) {
  if (mayNotOpen) {
    m_list.set(kDocker, StepState::Done, tr("runs on %1").arg(m_dockerSocket));
    m_list.set(kPermission, StepState::Failed,
               tr("the user %1 may not open the Docker socket").arg(LocalAccount::userName()),
               tr("Docker runs, but only members of the group docker may use it. Run this once, then log out and in "
                  "again. Members of this group have administrator power over this computer."),
               QStringLiteral("sudo usermod --append --groups docker %1").arg(LocalAccount::userName()));
    return;
  }
  if (isDockerInstalled())
    m_list.set(kDocker, StepState::Failed, tr("installed, but does not run: %1").arg(why),
               tr("Start the Docker engine. This page sees by itself when it runs."),
               QStringLiteral("sudo systemctl start docker"));
  else
    m_list.set(kDocker, StepState::Failed, tr("not installed"),
               tr("Install Docker Engine from your distribution or from docker.com. This page sees by itself when it "
                  "is there."),
               QStringLiteral("sudo apt install docker.io"));
  m_list.set(kPermission, StepState::Waiting, tr("after Docker runs"));
}

void LocalChecks::checkTofu() {
  const QString program = findTofu();
  if (program.isEmpty()) {
    m_list.set(kTofu, StepState::Failed, tr("neither tofu nor terraform was found"),
               tr("Workspaces are described with Terraform. Install OpenTofu; in a checkout of Berth this does it."),
               QStringLiteral("./dev setup"));
    return;
  }
  m_list.set(kTofu, StepState::Done, tr("found as %1").arg(program));
}

void LocalChecks::checkDisk() {
  QString directory = QStringLiteral("/var/lib/docker");
  if (!QFileInfo::exists(directory)) directory = QDir::homePath();
  const qint64 free = QStorageInfo(directory).bytesAvailable();
  const QString detail =
      tr("%1 GB free where Docker stores images, %2 GB needed").arg(free >> 30).arg(kBytesNeeded >> 30);
  if (free >= kBytesNeeded)
    m_list.set(kDisk, StepState::Done, detail);
  else
    m_list.set(kDisk, StepState::Failed, detail, tr("Free some space, for example unused images."),
               QStringLiteral("docker system prune"));
}

void LocalChecks::checkPort() {
  m_server.look([this](PortUse use) {
    switch (use) {
      case PortUse::Free: return m_list.set(kPort, StepState::Done, tr("free on this computer"));
      case PortUse::Server: return m_list.set(kPort, StepState::Done, tr("Berth's server runs there already"));
      case PortUse::OtherProgram:
        return m_list.set(kPort, StepState::Failed, tr("used by another program"),
                          tr("End the program that this shows, or start Berth with another BERTH_PORT."),
                          QStringLiteral("ss -ltnp 'sport = :%1'").arg(LocalServer::port()));
    }
  });
}

}  // namespace berth::ui

#include "ui/presenters/LocalChecks.h"

#include <QDir>
#include <QLocalSocket>
#include <QProcess>
#include <QStandardPaths>
#include <QStorageInfo>
#include <QTcpServer>

#include "ui/bridge/LocalServer.h"

namespace berth::ui {

namespace {

constexpr int kRepeatMs = 5000;
constexpr qint64 kBytesNeeded = 10LL << 30;
const QString kDocker = QStringLiteral("docker");
const QString kPermission = QStringLiteral("permission");
const QString kTofu = QStringLiteral("tofu");
const QString kDisk = QStringLiteral("disk");
const QString kPort = QStringLiteral("port");
const QString kSocket = QStringLiteral("/var/run/docker.sock");

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

}  // namespace

LocalChecks::LocalChecks(QObject* parent) : QObject(parent) {
  const auto step = [](const QString& id, const QString& title) {
    Step made;
    made.id = id;
    made.title = title;
    return made;
  };
  m_list.setSteps({step(kDocker, tr("Docker")), step(kPermission, tr("Permission for Docker")),
                   step(kTofu, tr("OpenTofu")), step(kDisk, tr("Disk space")),
                   step(kPort, tr("Port %1").arg(LocalServer::kPort))});
  m_timer.setInterval(kRepeatMs);
  connect(&m_timer, &QTimer::timeout, this, &LocalChecks::start);
}

void LocalChecks::start() {
  checkDocker();
  checkTofu();
  checkDisk();
  checkPort();
  m_timer.start();
}

void LocalChecks::checkDocker() {
  if (QStandardPaths::findExecutable(kDocker).isEmpty() && !QFileInfo::exists(kSocket)) {
    m_list.set(kDocker, StepState::Failed, tr("not installed"),
               tr("Install Docker Engine from your distribution or from docker.com, then check again."),
               QStringLiteral("sudo apt install docker.io"));
    m_list.set(kPermission, StepState::Waiting, tr("after Docker is installed"));
    return;
  }
  auto* process = new QProcess(this);
  connect(process, &QProcess::finished, this, [this, process](int code) {
    process->deleteLater();
    const QString version = QString::fromUtf8(process->readAllStandardOutput()).trimmed();
    const QString problem = QString::fromUtf8(process->readAllStandardError());
    if (code == 0) {
      m_list.set(kDocker, StepState::Done, tr("version %1 answers on %2").arg(version, kSocket));
      m_list.set(kPermission, StepState::Done, tr("this user may use Docker"));
    } else if (problem.contains(QLatin1String("permission denied"))) {
      m_list.set(kDocker, StepState::Done, tr("installed"));
      m_list.set(kPermission, StepState::Failed, tr("this user may not open the Docker socket"),
                 tr("Docker runs, but only members of the group docker may use it. Run this once, then log out and in "
                    "again. Members of this group have administrator power over this computer."),
                 QStringLiteral("sudo usermod --append --groups docker $USER"));
    } else {
      m_list.set(kDocker, StepState::Failed, tr("installed, but does not answer"),
                 tr("Start the Docker engine, then check again."), QStringLiteral("sudo systemctl start docker"));
      m_list.set(kPermission, StepState::Waiting, tr("after Docker runs"));
    }
  });
  connect(process, &QProcess::errorOccurred, process, &QObject::deleteLater);
  process->start(kDocker,
                 {QStringLiteral("version"), QStringLiteral("--format"), QStringLiteral("{{.Server.Version}}")});
}

void LocalChecks::checkTofu() {
  const QString program = findTofu();
  if (program.isEmpty()) {
    m_list.set(kTofu, StepState::Failed, tr("neither tofu nor terraform was found"),
               tr("Workspaces are described with Terraform. Install OpenTofu, then check again."),
               QStringLiteral("./dev setup"));
    return;
  }
  m_list.set(kTofu, StepState::Done, program == cachedTofu() ? tr("built by set-up") : tr("found as %1").arg(program));
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
  QTcpServer probe;
  if (probe.listen(QHostAddress::LocalHost, LocalServer::kPort)) {
    m_list.set(kPort, StepState::Done, tr("free on this computer"));
    return;
  }
  auto* server = new LocalServer(this);  // only asked here whether ours runs there already
  connect(server, &LocalServer::ready, this, [this, server] {
    server->deleteLater();
    m_list.set(kPort, StepState::Done, tr("Berth's server runs there already"));
  });
  connect(server, &LocalServer::failed, this, [this, server] {
    server->deleteLater();
    m_list.set(kPort, StepState::Failed, tr("used by another program"), tr("End that program, then check again."),
               QStringLiteral("ss -ltnp 'sport = :%1'").arg(LocalServer::kPort));
  });
  server->start();
}

}  // namespace berth::ui

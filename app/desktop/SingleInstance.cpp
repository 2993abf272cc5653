#include "app/desktop/SingleInstance.h"

#include <QDir>
#include <QLocalSocket>
#include <QStandardPaths>

namespace berth::desktop {

namespace {

constexpr int kAnswerMs = 500;

QString socketName() {
  const QString directory = QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation);
  return (directory.isEmpty() ? QDir::tempPath() : directory) + QLatin1String("/berth-desktop.sock");
}

}  // namespace

bool SingleInstance::claim() {
  QLocalSocket other;
  other.connectToServer(socketName());
  if (other.waitForConnected(kAnswerMs)) return false;  // connecting is the message
  QLocalServer::removeServer(socketName());             // left by a crash
  m_server.setSocketOptions(QLocalServer::UserAccessOption);
  connect(&m_server, &QLocalServer::newConnection, this, [this] {
    while (QLocalSocket* connection = m_server.nextPendingConnection()) connection->deleteLater();
    Q_EMIT raiseRequested();
  });
  m_server.listen(socketName());
  return true;
}

}  // namespace berth::desktop

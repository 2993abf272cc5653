#include "app/desktop/SingleInstance.h"

#include <QDir>
#include <QLocalSocket>
#include <QStandardPaths>

namespace berth::desktop {

namespace {

constexpr int kAnswerMs = 2000;
constexpr qint64 kMaxToken = 256;
const char* const kTokenVariable = "XDG_ACTIVATION_TOKEN";

QString socketName() {
  const QString directory = QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation);
  return (directory.isEmpty() ? QDir::tempPath() : directory) + QLatin1String("/berth-desktop.sock");
}

}  // namespace

// Connecting is the message; what follows is the permission to raise a window on Wayland, maybe empty.
bool SingleInstance::claim() {
  QLocalSocket other;
  other.connectToServer(socketName());
  if (other.waitForConnected(kAnswerMs)) {
    other.write(qgetenv(kTokenVariable) + '\n');
    other.waitForBytesWritten(kAnswerMs);
    return false;
  }
  QLocalServer::removeServer(socketName());  // left by a crash
  m_server.setSocketOptions(QLocalServer::UserAccessOption);
  connect(&m_server, &QLocalServer::newConnection, this, &SingleInstance::acceptStart);
  if (!m_server.listen(socketName()))
    qWarning("%s: %s; a second start will not find this one", qPrintable(socketName()),
             qPrintable(m_server.errorString()));
  return true;
}

void SingleInstance::acceptStart() {
  while (QLocalSocket* connection = m_server.nextPendingConnection()) {
    // The other program has often ended before we come to look.
    if (connection->state() == QLocalSocket::UnconnectedState)
      finishStart(connection);
    else
      connect(connection, &QLocalSocket::disconnected, this, [this, connection] { finishStart(connection); });
  }
}

void SingleInstance::finishStart(QLocalSocket* connection) {
  const QByteArray token = connection->read(kMaxToken).trimmed();
  connection->deleteLater();
  if (!token.isEmpty()) qputenv(kTokenVariable, token);
  Q_EMIT raiseRequested();
  qunsetenv(kTokenVariable);
}

}  // namespace berth::desktop

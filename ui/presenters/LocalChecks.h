// Looks whether this computer can run workspaces: Docker, permission, OpenTofu, disk, port. Repeats while asked to.
#pragma once

#include <QObject>
#include <QTimer>

#include "ui/bridge/LocalServer.h"
#include "ui/models/Checklist.h"

namespace berth::ui {

class LocalChecks : public QObject {
  Q_OBJECT

 public:
  // `dockerSocket` is the engine's Unix socket. `server` outlives the checks; it is only looked at.
  explicit LocalChecks(LocalServer& server, QString dockerSocket = defaultDockerSocket(), QObject* parent = nullptr);

  Checklist* list() { return &m_list; }
  void start();  // now, and every 5 s
  void stop() { m_timer.stop(); }

  // DOCKER_HOST where it names a Unix socket, else the system's engine.
  static QString defaultDockerSocket();

 private:
  void checkDocker();
  void acceptDocker(const QByteArray& answer);
  void explainDocker(const QString& why, bool mayNotOpen);
  void checkTofu();
  void checkDisk();
  void checkPort();

  LocalServer& m_server;
  QString m_dockerSocket;
  Checklist m_list;
  QTimer m_timer;
};

}  // namespace berth::ui

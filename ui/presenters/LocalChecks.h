// Looks whether this computer can run workspaces: Docker, permission, OpenTofu, disk, port. Repeats while asked to.
#pragma once

#include <QObject>
#include <QTimer>

#include "ui/models/Checklist.h"

namespace berth::ui {

class LocalChecks : public QObject {
  Q_OBJECT

 public:
  explicit LocalChecks(QObject* parent = nullptr);

  Checklist* list() { return &m_list; }
  void start();  // now, and every 5 s
  void stop() { m_timer.stop(); }
  bool allPassed() const { return m_list.isDone(); }

 private:
  void checkDocker();
  void checkTofu();
  void checkDisk();
  void checkPort();

  Checklist m_list;
  QTimer m_timer;
};

}  // namespace berth::ui

// SIGINT, SIGTERM and SIGHUP as an ordinary quit: the end of a session and Ctrl+C stop the bundled server in order.
#pragma once

#include <QObject>
#include <QSocketNotifier>

namespace berth::desktop {

// One per process. The first signal is announced on the main thread; a second one ends the process at once.
class QuitSignals : public QObject {
  Q_OBJECT

 public:
  explicit QuitSignals(QObject* parent = nullptr);

 Q_SIGNALS:
  void quitRequested();

 private:
  QSocketNotifier m_notifier;
};

}  // namespace berth::desktop

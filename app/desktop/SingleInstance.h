// One app per user: a second start only brings the first one's window to the front.
#pragma once

#include <QLocalServer>
#include <QLocalSocket>
#include <QObject>

namespace berth::desktop {

class SingleInstance : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  // False when another instance runs; it has then been told to show itself.
  bool claim();

 Q_SIGNALS:
  void raiseRequested();

 private:
  void acceptStart();
  void finishStart(QLocalSocket* connection);

  QLocalServer m_server;
};

}  // namespace berth::desktop

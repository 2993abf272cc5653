// Says when this computer has woken up: logind's PrepareForSleep.
#pragma once

#include <QDBusConnection>
#include <QObject>

namespace berth::desktop {

class SleepWatch : public QObject {
  Q_OBJECT

 public:
  // On a system without logind it stays silent.
  explicit SleepWatch(QDBusConnection bus = QDBusConnection::systemBus(), QObject* parent = nullptr);

 Q_SIGNALS:
  void resumed();

 private Q_SLOTS:
  void onPrepareForSleep(bool isAboutToSleep);
};

}  // namespace berth::desktop

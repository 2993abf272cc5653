#include "app/desktop/SleepWatch.h"

namespace berth::desktop {

SleepWatch::SleepWatch(QDBusConnection bus, QObject* parent) : QObject(parent) {
  bus.connect(QStringLiteral("org.freedesktop.login1"), QStringLiteral("/org/freedesktop/login1"),
              QStringLiteral("org.freedesktop.login1.Manager"), QStringLiteral("PrepareForSleep"), this,
              SLOT(onPrepareForSleep(bool)));
}

void SleepWatch::onPrepareForSleep(bool isAboutToSleep) {
  if (!isAboutToSleep) Q_EMIT resumed();
}

}  // namespace berth::desktop

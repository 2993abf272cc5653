// On a session bus of its own (dbus-run-session), where this process plays logind.
#include "app/desktop/SleepWatch.h"

#include <QCoreApplication>
#include <QDBusMessage>
#include <QSignalSpy>
#include <QTest>

using namespace berth::desktop;

class SleepWatchTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void saysWhenTheComputerHasWokenUp() {
    QDBusConnection logind = QDBusConnection::connectToBus(QDBusConnection::SessionBus, QStringLiteral("logind"));
    QVERIFY(logind.registerService(QStringLiteral("org.freedesktop.login1")));
    SleepWatch watch(QDBusConnection::sessionBus());
    QSignalSpy resumed(&watch, &SleepWatch::resumed);
    const auto announce = [&logind](bool isAboutToSleep) {
      QDBusMessage signal = QDBusMessage::createSignal(QStringLiteral("/org/freedesktop/login1"),
                                                       QStringLiteral("org.freedesktop.login1.Manager"),
                                                       QStringLiteral("PrepareForSleep"));
      signal << isAboutToSleep;
      QVERIFY(logind.send(signal));
    };
    announce(true);
    announce(false);
    QVERIFY(resumed.wait());
    QCOMPARE(resumed.count(), 1);
  }
};

QTEST_GUILESS_MAIN(SleepWatchTest)
#include "SleepWatchTest.moc"

// Against the Secret Service of this test's own session bus: gnome-keyring, with an unlocked keyring of its own.
#include "ui/bridge/Keyring.h"

#include <QCoreApplication>
#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusMessage>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <optional>

using namespace berth;
using namespace berth::ui;

namespace {

const QString kService = QStringLiteral("org.freedesktop.secrets");
const QString kKey = QStringLiteral("session of https://berth.example.com");

bool write(Keyring& keyring, const Secret& value) {
  std::optional<bool> kept;
  keyring.write(kKey, value, [&](bool wasKept) { kept = wasKept; });
  return QTest::qWaitFor([&] { return kept.has_value(); }) && *kept;
}

std::pair<KeyringAnswer, std::string> read(Keyring& keyring, const QString& key) {
  std::optional<std::pair<KeyringAnswer, std::string>> found;
  keyring.read(key, [&](KeyringAnswer answer, const Secret& secret) { found.emplace(answer, secret.reveal()); });
  if (!QTest::qWaitFor([&] { return found.has_value(); })) return {KeyringAnswer::Absent, "no answer"};
  return *found;
}

}  // namespace

class KeyringTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    const QString program = QStandardPaths::findExecutable(QStringLiteral("gnome-keyring-daemon"));
    if (program.isEmpty()) QSKIP("gnome-keyring-daemon is not installed");
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("XDG_DATA_HOME"), m_home.path());
    environment.insert(QStringLiteral("XDG_RUNTIME_DIR"), m_home.path());
    m_daemon.setProcessEnvironment(environment);
    m_daemon.start(
        program, {QStringLiteral("--foreground"), QStringLiteral("--unlock"), QStringLiteral("--components=secrets")});
    m_daemon.write("the keyring's password\n");
    m_daemon.closeWriteChannel();
    const auto isThere = [] {
      return QDBusConnection::sessionBus().interface()->isServiceRegistered(kService).value();
    };
    QVERIFY(QTest::qWaitFor(isThere));
  }

  void cleanupTestCase() {
    m_daemon.terminate();
    m_daemon.waitForFinished();
  }

  void whatWasNeverKeptIsMissing() {
    Keyring keyring;
    QCOMPARE(read(keyring, kKey).first, KeyringAnswer::Missing);
  }

  void keepsASecretForTheNextRun() {
    const std::string value = "a token, \"quoted\" and ünicode";
    Keyring thisRun;
    QVERIFY(write(thisRun, Secret(value)));
    Keyring nextRun;
    const auto [answer, found] = read(nextRun, kKey);
    QCOMPARE(answer, KeyringAnswer::Found);
    QCOMPARE(found, value);
  }

  void aNewerSecretTakesThePlace() {
    Keyring keyring;
    QVERIFY(write(keyring, Secret("newer")));
    Keyring nextRun;
    QCOMPARE(read(nextRun, kKey).second, "newer");
  }

  // Not for "missing", after which a new password would be made; nobody is here to unlock it.
  void aLockedKeyringRefuses() {
    QDBusMessage lock =
        QDBusMessage::createMethodCall(kService, QStringLiteral("/org/freedesktop/secrets"),
                                       QStringLiteral("org.freedesktop.Secret.Service"), QStringLiteral("Lock"));
    lock << QVariant::fromValue(QList{QDBusObjectPath(QStringLiteral("/org/freedesktop/secrets/collection/login"))});
    QCOMPARE(QDBusConnection::sessionBus().call(lock).type(), QDBusMessage::ReplyMessage);
    Keyring nextRun;
    QCOMPARE(read(nextRun, kKey).first, KeyringAnswer::Refused);
  }

 private:
  QTemporaryDir m_home;
  QProcess m_daemon;
};

QTEST_GUILESS_MAIN(KeyringTest)
#include "KeyringTest.moc"

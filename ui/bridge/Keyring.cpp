#include "ui/bridge/Keyring.h"

#include <qt6keychain/keychain.h>

#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

namespace berth::ui {

namespace {

const QString kSecretService = QStringLiteral("org.freedesktop.secrets");

QString service() { return QStringLiteral("berth"); }

QString text(const Secret& secret) {
  return QString::fromUtf8(secret.reveal().data(), static_cast<qsizetype>(secret.reveal().size()));
}

// QtKeychain reports a missing keyring and a broken one alike (reference/desktop-ux.md 2.9), so the bus is asked.
bool hasKeyringService() {
  const QDBusConnectionInterface* bus = QDBusConnection::sessionBus().interface();
  if (bus == nullptr) return false;
  const QStringList known = bus->registeredServiceNames().value() + bus->activatableServiceNames().value();
  static const QStringList kServices = {kSecretService, QStringLiteral("org.kde.kwalletd6"),
                                        QStringLiteral("org.kde.kwalletd5")};
  return std::ranges::any_of(kServices, [&](const QString& name) { return known.contains(name); });
}

KeyringAnswer answerOf(QKeychain::Error error) {
  switch (error) {
    case QKeychain::NoError: return KeyringAnswer::Found;
    case QKeychain::EntryNotFound: return KeyringAnswer::Missing;
    case QKeychain::AccessDenied:
    case QKeychain::AccessDeniedByUser: return KeyringAnswer::Refused;
    default: return hasKeyringService() ? KeyringAnswer::Refused : KeyringAnswer::Absent;
  }
}

}  // namespace

void Keyring::read(const QString& key, ReadReply done) {
  auto* job = new QKeychain::ReadPasswordJob(service(), this);
  job->setKey(key);
  connect(job, &QKeychain::Job::finished, this, [this, job, key, done = std::move(done)] {
    const KeyringAnswer answer = answerOf(job->error());
    if (answer == KeyringAnswer::Found)
      done(answer, Secret(job->textData().toStdString()));
    else if (m_thisRun.contains(key))
      done(KeyringAnswer::Found, *m_thisRun[key]);
    else if (answer == KeyringAnswer::Missing)
      tellMissingFromLocked(key, done);
    else
      done(answer, Secret());
  });
  job->start();
}

// Where the user does not unlock the keyring, libsecret finds nothing, and QtKeychain takes that for missing. A search
// also names what is locked (Secret Service API, Service.SearchItems).
void Keyring::tellMissingFromLocked(const QString& key, const ReadReply& done) {
  using Paths = QList<QDBusObjectPath>;
  using Attributes = QMap<QString, QString>;
  qDBusRegisterMetaType<Attributes>();
  QDBusMessage search =
      QDBusMessage::createMethodCall(kSecretService, QStringLiteral("/org/freedesktop/secrets"),
                                     QStringLiteral("org.freedesktop.Secret.Service"), QStringLiteral("SearchItems"));
  search << QVariant::fromValue(Attributes{{QStringLiteral("server"), service()}, {QStringLiteral("user"), key}});
  auto* reply = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(search), this);
  connect(reply, &QDBusPendingCallWatcher::finished, this, [reply, done] {
    reply->deleteLater();
    const QDBusPendingReply<Paths, Paths> found = *reply;
    const bool isLocked = found.isValid() && !found.argumentAt<1>().isEmpty();
    done(isLocked ? KeyringAnswer::Refused : KeyringAnswer::Missing, Secret());
  });
}

void Keyring::write(const QString& key, const Secret& value, std::function<void(bool)> done) {
  m_thisRun.insert(key, std::make_shared<Secret>(value));
  auto* job = new QKeychain::WritePasswordJob(service(), this);
  job->setKey(key);
  job->setTextData(text(value));
  connect(job, &QKeychain::Job::finished, this,
          [job, done = std::move(done)] { done(job->error() == QKeychain::NoError); });
  job->start();
}

}  // namespace berth::ui

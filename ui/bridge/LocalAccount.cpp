#include "ui/bridge/LocalAccount.h"

#include <pwd.h>
#include <unistd.h>

#include <QDir>
#include <QRegularExpression>

#include "core/base/Random.h"
#include "ui/bridge/LocalServer.h"
#include "ui/bridge/PrivateFile.h"

namespace berth::ui {

namespace {

const QString kPasswordKey = QStringLiteral("password/local");
constexpr std::size_t kPasswordLength = 24;
constexpr qint64 kMaxPasswordFile = 1024;

Secret readPassword(const QString& path) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) return {};
  return Secret(file.read(kMaxPasswordFile).trimmed().toStdString());
}

}  // namespace

LocalAccount::LocalAccount(SignIn& signIn, Keyring& keyring, QString passwordFile, QObject* parent)
    : QObject(parent), m_signIn(signIn), m_keyring(keyring), m_passwordFile(std::move(passwordFile)) {}

QString LocalAccount::defaultPasswordFile() {
  return LocalServer::dataDirectory() + QLatin1String("/first-user-password");
}

// Letters, digits and single hyphens, as `./dev run` makes it from `id -un`.
QString LocalAccount::userName() {
  static const QRegularExpression kOthers(QStringLiteral("[^a-zA-Z0-9]+"));
  const passwd* user = ::getpwuid(::geteuid());
  QString name = user == nullptr ? QString() : QString::fromLocal8Bit(user->pw_name);
  name.replace(kOthers, QStringLiteral("-"));
  if (name.startsWith(QLatin1Char('-'))) name.removeFirst();
  if (name.endsWith(QLatin1Char('-'))) name.removeLast();
  return name.isEmpty() ? QStringLiteral("owner") : name;
}

void LocalAccount::signIn(const QString& url, Reply reply) {
  if (const Secret kept = readPassword(m_passwordFile); !kept.isEmpty())
    return ask(url, kept, PasswordPlace::File, std::move(reply));
  m_keyring.read(kPasswordKey, [this, url, reply = std::move(reply)](KeyringAnswer answer, const Secret& password) {
    switch (answer) {
      case KeyringAnswer::Found: return ask(url, password, PasswordPlace::Keyring, reply);
      case KeyringAnswer::Missing:
      case KeyringAnswer::Absent: return useNewPassword(url, reply);
      case KeyringAnswer::Refused:
        return reply(berth::fail(
            ErrorCode::PermissionDenied,
            tr("The desktop keyring, which keeps the password, is locked. Unlock it, then try again.").toStdString()));
    }
  });
}

void LocalAccount::useNewPassword(const QString& url, Reply reply) {
  const Secret made(randomAlphanumeric(kPasswordLength));
  m_keyring.write(kPasswordKey, made, [this, url, made, reply = std::move(reply)](bool kept) {
    if (kept) return ask(url, made, PasswordPlace::Keyring, reply);
    if (writePrivateFile(m_passwordFile, made)) return ask(url, made, PasswordPlace::File, reply);
    reply(berth::fail(ErrorCode::Unavailable,
                      tr("No keyring answers, and %1 cannot be written.").arg(m_passwordFile).toStdString()));
  });
}

void LocalAccount::ask(const QString& url, const Secret& password, PasswordPlace place, Reply reply) {
  m_signIn.asFirstUser(url, userName(), password, [place, reply = std::move(reply)](Result<Secret> token) {
    if (token)
      reply(SignedIn{*token, place});
    else
      reply(std::unexpected(token.error()));
  });
}

}  // namespace berth::ui

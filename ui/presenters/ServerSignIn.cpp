#include "ui/presenters/ServerSignIn.h"

#include <QHostAddress>
#include <QUrl>

namespace berth::ui {

namespace {

QUrl parse(const QString& address) {
  QString text = address.trimmed();
  if (!text.contains(QLatin1String("://"))) text.prepend(QLatin1String("https://"));
  return QUrl(text, QUrl::StrictMode);
}

bool isLoopback(const QString& host) { return host == QLatin1String("localhost") || QHostAddress(host).isLoopback(); }

}  // namespace

ServerSignIn::ServerSignIn(SignIn& signIn, QObject* parent) : QObject(parent), m_signIn(signIn) {}

QString ServerSignIn::normalized(const QString& address) {
  if (address.trimmed().isEmpty() || !problemOf(address).isEmpty()) return {};
  return parse(address).adjusted(QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveFragment).toString();
}

QString ServerSignIn::problemOf(const QString& address) {
  if (address.trimmed().isEmpty()) return {};
  const QUrl url = parse(address);
  if (!url.isValid() || url.host().isEmpty()) return tr("This is no address. Example: https://coder.example.com");
  if (url.scheme() != QLatin1String("https") && url.scheme() != QLatin1String("http"))
    return tr("The address begins with https:// or http://, not with %1://.").arg(url.scheme());
  if (!url.userInfo().isEmpty()) return tr("Leave the name and password out of the address.");
  return {};
}

QString ServerSignIn::warningOf(const QString& address) {
  if (normalized(address).isEmpty()) return {};
  const QUrl url = parse(address);
  if (url.scheme() != QLatin1String("http") || isLoopback(url.host())) return {};
  return tr("http:// is not encrypted: others on the way can read your password.");
}

QString ServerSignIn::tokenPage(const QString& address) {
  const QString url = normalized(address);
  return url.isEmpty() ? url : url + QLatin1String("/cli-auth");
}

bool ServerSignIn::isComplete(const Form& form) {
  const bool hasSecret = !form.secret.isEmpty() && (form.usesToken || !form.email.trimmed().isEmpty());
  return hasSecret && !normalized(form.address).isEmpty();
}

void ServerSignIn::submit(const Form& form) {
  if (!isComplete(form) || m_isAsking) return;
  const QString url = normalized(form.address);
  m_isAsking = true;
  Q_EMIT asking(QUrl(url).host());
  auto reply = [this, form, url, attempt = ++m_attempt](const Result<Secret>& result) {
    if (attempt != m_attempt) return;
    m_isAsking = false;
    accept(form, url, result);
  };
  if (form.usesToken)
    m_signIn.withToken(url, Secret(form.secret.trimmed().toStdString()), std::move(reply));
  else
    m_signIn.withPassword(url, form.email.trimmed(), Secret(form.secret.toStdString()), std::move(reply));
}

void ServerSignIn::accept(const Form& form, const QString& url, const Result<Secret>& result) {
  if (result) {
    Q_EMIT signedIn(url, *result);
    return;
  }
  const QString host = QUrl(url).authority();
  const QString why = QString::fromStdString(result.error().message());
  switch (result.error().code()) {
    case ErrorCode::Unauthenticated:
      Q_EMIT failed(form.usesToken ? tr("%1 does not know this token. It may have expired; make a new one.").arg(host)
                                   : tr("%1 refuses this e-mail and password.").arg(host));
      return;
    case ErrorCode::Unavailable:
    case ErrorCode::Timeout:
    case ErrorCode::ConnectionLost:
    case ErrorCode::EndOfStream: Q_EMIT failed(tr("%1 cannot be reached: %2").arg(host, why)); return;
    case ErrorCode::ProtocolViolation:
      Q_EMIT failed(tr("What answers at %1 is not a Berth or Coder server: %2").arg(host, why));
      return;
    default: Q_EMIT failed(why); return;
  }
}

}  // namespace berth::ui

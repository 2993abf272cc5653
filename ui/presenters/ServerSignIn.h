// Adding a server by its address: checks what was typed, signs in, and says what went wrong in the user's words.
#pragma once

#include <QObject>
#include <QString>

#include "ui/bridge/SignIn.h"

namespace berth::ui {

class ServerSignIn : public QObject {
  Q_OBJECT

 public:
  struct Form {
    QString address;
    bool usesToken = false;  // else e-mail and password
    QString email;
    QString secret;  // token or password
  };

  explicit ServerSignIn(SignIn& signIn, QObject* parent = nullptr);

  // "https://host[:port]" from what was typed, without a path; empty when it is no address.
  static QString normalized(const QString& address);
  // Why `address` can't be used; empty when it can, and for an empty one.
  static QString problemOf(const QString& address);
  // What to know before a secret goes there: empty, or that the connection is not encrypted.
  static QString warningOf(const QString& address);
  // Where a signed-in browser shows a token for `address`.
  static QString tokenPage(const QString& address);
  static bool isComplete(const Form& form);

  void submit(const Form& form);
  bool isAsking() const { return m_isAsking; }

 Q_SIGNALS:
  void asking(const QString& host);
  void signedIn(const QString& url, const berth::Secret& token);
  void failed(const QString& sentence);

 private:
  void accept(const Form& form, const QString& url, const Result<Secret>& result);

  SignIn& m_signIn;
  int m_attempt = 0;
  bool m_isAsking = false;
};

}  // namespace berth::ui

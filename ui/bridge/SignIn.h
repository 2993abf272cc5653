// Signing in to a server. Calls run on the core thread; replies come on the main thread, or never once this object is
// gone. Virtual so that tests answer by themselves.
#pragma once

#include <QObject>
#include <QString>
#include <functional>

#include "core/base/Error.h"
#include "core/base/Secret.h"
#include "core/base/Task.h"
#include "core/http/Message.h"
#include "ui/bridge/CoreThread.h"

namespace berth::ui {

class Mailbox;

class SignIn : public QObject {
  Q_OBJECT

 public:
  using TokenReply = std::function<void(Result<Secret>)>;

  explicit SignIn(CoreThread& thread, QObject* parent = nullptr);
  ~SignIn() override;

  // Creates the first user where there is none, else signs in with the same name and password.
  virtual void asFirstUser(const QString& url, const QString& userName, const Secret& password, TokenReply reply);

  // Checks a token that the user pasted; the reply carries it back.
  virtual void withToken(const QString& url, const Secret& token, TokenReply reply);

  virtual void withPassword(const QString& url, const QString& email, const Secret& password, TokenReply reply);

 private:
  void ask(const QString& url, std::function<Task<Result<Secret>>(http::Url)> question, TokenReply reply);

  CoreThread& m_thread;
  std::shared_ptr<Mailbox> m_mailbox;
};

}  // namespace berth::ui

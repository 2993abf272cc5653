#include "ui/bridge/SignIn.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "core/client/Session.h"
#include "ui/bridge/Mailbox.h"

namespace berth::ui {

namespace {

client::SessionOptions optionsFor(http::Url url, Secret token) {
  client::SessionOptions options;
  options.url = std::move(url);
  options.token = std::move(token);
  options.userAgent = "berth-desktop";
  return options;
}

Task<Result<Secret>> signInAsFirstUser(asio::any_io_executor executor, http::Url url, std::string user,
                                       Secret password) {
  client::Session session(executor, optionsFor(std::move(url), {}));
  CO_TRY_ASSIGN(const bool exists, co_await session.hasFirstUser());
  const std::string email = user + "@localhost.localdomain";
  if (!exists) {
    api::CreateFirstUserRequest request;
    request.email = email;
    request.username = user;
    request.name = user;
    request.password = std::string(password.reveal());
    CO_TRY(co_await session.createFirstUser(std::move(request)));
  }
  co_return co_await session.login(email, std::move(password));
}

// That a Berth or Coder server answers there is asked first: its absence is the clearer error.
Task<Result<Secret>> checkToken(asio::any_io_executor executor, http::Url url, Secret token) {
  client::Session session(executor, optionsFor(std::move(url), token));
  CO_TRY(co_await session.hasFirstUser());
  CO_TRY(co_await session.me());
  co_return token;
}

Task<Result<Secret>> logIn(asio::any_io_executor executor, http::Url url, std::string email, Secret password) {
  client::Session session(executor, optionsFor(std::move(url), {}));
  CO_TRY(co_await session.hasFirstUser());
  co_return co_await session.login(std::move(email), std::move(password));
}

Task<void> answer(Task<Result<Secret>> question, std::shared_ptr<Mailbox> mailbox, SignIn::TokenReply reply) {
  auto result = std::make_shared<Result<Secret>>(co_await std::move(question));
  mailbox->post([reply = std::move(reply), result] { reply(std::move(*result)); });
}

}  // namespace

SignIn::SignIn(CoreThread& thread, QObject* parent)
    : QObject(parent), m_thread(thread), m_mailbox(std::make_shared<Mailbox>(this)) {}

SignIn::~SignIn() { m_mailbox->close(); }

void SignIn::ask(const QString& url, std::function<Task<Result<Secret>>(http::Url)> question, TokenReply reply) {
  auto parsed = http::parseUrl(url.toStdString());
  if (!parsed) return reply(std::unexpected(parsed.error()));
  asio::co_spawn(m_thread.executor(), answer(question(std::move(*parsed)), m_mailbox, std::move(reply)),
                 asio::detached);
}

void SignIn::asFirstUser(const QString& url, const QString& userName, const Secret& password, TokenReply reply) {
  ask(
      url,
      [&](http::Url parsed) {
        return signInAsFirstUser(m_thread.executor(), std::move(parsed), userName.toStdString(), password);
      },
      std::move(reply));
}

void SignIn::withToken(const QString& url, const Secret& token, TokenReply reply) {
  ask(
      url, [&](http::Url parsed) { return checkToken(m_thread.executor(), std::move(parsed), token); },
      std::move(reply));
}

void SignIn::withPassword(const QString& url, const QString& email, const Secret& password, TokenReply reply) {
  ask(
      url,
      [&](http::Url parsed) { return logIn(m_thread.executor(), std::move(parsed), email.toStdString(), password); },
      std::move(reply));
}

}  // namespace berth::ui

#include "core/agent/git/Requests.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/agent/ServerAccess.h"
#include "core/api/Agents.h"

namespace berth::agent::git {

namespace {

constexpr auto kFirstPoll = std::chrono::milliseconds(250);
constexpr auto kMaxPoll = std::chrono::milliseconds(10'000);

ErrorCode codeOf(int status) {
  if (status == 404) return ErrorCode::NotFound;
  return status == 401 || status == 403 ? ErrorCode::PermissionDenied : ErrorCode::Unavailable;
}

template <typename T>
Task<Result<T>> get(http::Client& client, std::string target, std::string what) {
  const auto response = co_await client.send({.target = std::move(target)});
  if (!response) co_return fail(response.error().in(what));
  if (response->status != 200) co_return fail(codeOf(response->status), what + ": " + refusalText(*response));
  auto answer = api::fromJson<T>(response->body);
  if (!answer) co_return fail(answer.error().in(what));
  co_return std::move(*answer);
}

std::string targetOf(const ExternalAuthQuery& query) {
  std::string target = "/api/v2/workspaceagents/me/external-auth?match=" + http::percentEncode(query.match);
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) target += std::format("&{}={}", name, http::percentEncode(value));
  };
  add("git_branch", query.branch);
  add("git_remote_origin", query.remote);
  add("chat_id", query.chatId);
  if (query.listens) add("listen", "true");
  return target;
}

}  // namespace

Task<Result<OwnerKey>> fetchOwnerKey(http::Client& client) {
  CO_TRY_ASSIGN(auto key, co_await get<api::AgentGitSshKey>(client, "/api/v2/workspaceagents/me/gitsshkey",
                                                            "fetch your SSH key from the server"));
  if (key.private_key.empty()) co_return fail(ErrorCode::ProtocolViolation, "the server sent an empty SSH key");
  if (!key.private_key.ends_with('\n')) key.private_key += '\n';  // OpenSSH refuses a file without it
  co_return OwnerKey{std::move(key.public_key), Secret(std::move(key.private_key))};
}

Task<Result<api::AgentExternalAuth>> fetchExternalAuth(http::Client& client, const ExternalAuthQuery& query) {
  return get<api::AgentExternalAuth>(client, targetOf(query), "ask the server to sign in to " + query.match);
}

Task<Result<api::AgentExternalAuth>> waitForExternalAuth(http::Client& client, ExternalAuthQuery query) {
  query.listens = true;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (auto delay = kFirstPoll;; delay = std::min(delay * 2, kMaxPoll)) {
    auto auth = co_await fetchExternalAuth(client, query);
    if (auth && auth->url.empty()) co_return auth;
    const bool isRefused =
        !auth && (auth.error().code() == ErrorCode::NotFound || auth.error().code() == ErrorCode::PermissionDenied);
    if (isRefused) co_return auth;
    timer.expires_after(delay);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace berth::agent::git

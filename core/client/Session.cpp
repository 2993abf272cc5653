#include "core/client/Session.h"

#include "core/client/detail/ApiError.h"
#include "core/client/detail/Call.h"

namespace berth::client {

namespace {

constexpr std::string_view kTokenHeader = "Coder-Session-Token";  // reference/rest-api.md 1.2

http::Url withoutPath(http::Url url) {
  url.path.clear();
  return url;
}

// The server's error; for a token that is refused also what to do.
Error errorOf(const http::Response& response, bool hasToken) {
  auto error = detail::errorOf(response);
  if (error.code() != ErrorCode::Unauthenticated || !hasToken) return error;
  return Error(error.code(), error.message() + " Try `berth login <url>`.");
}

}  // namespace

Session::Session(asio::any_io_executor executor, SessionOptions options)
    : m_options(std::move(options)), m_executor(std::move(executor)) {
  m_options.url = withoutPath(std::move(m_options.url));
  setToken(m_options.token);
}

Session::~Session() = default;

void Session::setToken(Secret token) {
  m_options.token = std::move(token);
  http::ClientOptions http{.caFile = m_options.caFile, .defaultHeaders = m_options.extraHeaders};
  http.defaultHeaders.set("User-Agent", m_options.userAgent);
  if (!m_options.token.isEmpty()) http.defaultHeaders.set(kTokenHeader, m_options.token.reveal());
  m_http = http::makeClient(m_executor, m_options.url, std::move(http));
}

Task<Result<http::Response>> Session::call(http::Request request) {
  const auto http = m_http;
  auto response = co_await http->send(std::move(request));
  if (!response) co_return fail(response.error());
  if (const auto version = response->headers.find("X-Coder-Build-Version")) m_serverVersion = *version;
  if (response->status >= 400) co_return fail(errorOf(*response, !m_options.token.isEmpty()));
  co_return std::move(*response);
}

Task<Result<void>> Session::tell(std::string method, std::string target, std::string body) {
  http::Request request{.method = std::move(method), .target = std::move(target), .body = std::move(body)};
  if (!request.body.empty()) request.headers.set("Content-Type", "application/json");
  const auto response = co_await call(std::move(request));
  if (!response) co_return fail(response.error());
  co_return Result<void>();
}

Task<Result<std::unique_ptr<http::WebSocket>>> Session::openSocket(std::string target) {
  const auto http = m_http;
  http::Response refusal;
  auto socket = co_await http->openWebSocket({.target = std::move(target)}, &refusal);
  if (!socket && refusal.status >= 400) co_return fail(errorOf(refusal, !m_options.token.isEmpty()));
  co_return socket;
}

}  // namespace berth::client

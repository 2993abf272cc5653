#include "core/server/http/Pipeline.h"

#include <boost/system/system_error.hpp>

#include "core/base/Log.h"
#include "core/base/Version.h"
#include "core/server/Services.h"
#include "core/server/http/Json.h"
#include "core/server/http/Pages.h"

namespace berth::server {

namespace {

constexpr const char* kSessionName = "coder_session_token";
constexpr const char* kSignedOut = "You are signed out or your session has expired. Please sign in again to continue.";
constexpr const char* kAgentRefused = "Workspace agent not authorized.";

bool isSafe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

// Adds what every answer carries, and remembers how it was answered.
class MarkedExchange final : public http::Exchange {
 public:
  explicit MarkedExchange(http::Exchange& inner) : m_inner(inner) {}

  const http::Request& request() const override { return m_inner.request(); }
  std::string remoteAddress() const override { return m_inner.remoteAddress(); }

  Task<Result<void>> respond(http::Response response) override {
    mark(response);
    co_return co_await m_inner.respond(std::move(response));
  }
  Task<Result<std::unique_ptr<http::BodyWriter>>> respondStreaming(http::Response head) override {
    mark(head);
    co_return co_await m_inner.respondStreaming(std::move(head));
  }
  Task<Result<std::unique_ptr<http::WebSocket>>> acceptWebSocket(http::Headers extra) override {
    m_status = 101;
    extra.set("X-Coder-Build-Version", kCoderVersion);
    co_return co_await m_inner.acceptWebSocket(std::move(extra));
  }
  Task<Result<std::unique_ptr<Stream>>> upgrade(http::Response head, bool sendsHead) override {
    mark(head);
    m_status = 101;
    co_return co_await m_inner.upgrade(std::move(head), sendsHead);
  }

  bool isAnswered() const { return m_status != 0; }
  int status() const { return m_status; }

 private:
  void mark(http::Response& response) {
    m_status = response.status;
    response.headers.set("X-Coder-Build-Version", kCoderVersion);
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Referrer-Policy", "same-origin");
  }

  http::Exchange& m_inner;
  int m_status = 0;
};

std::string presentedToken(const http::Request& request) {
  if (auto cookie = request.cookie(kSessionName); cookie && !cookie->empty()) return *cookie;
  if (auto query = request.query(kSessionName); query && !query->empty()) return *query;
  if (auto header = request.headers.find("Coder-Session-Token"); header && !header->empty())
    return std::string(*header);
  constexpr std::string_view kBearer = "Bearer ";
  if (auto header = request.headers.find("Authorization"); header && header->starts_with(kBearer))
    return std::string(header->substr(kBearer.size()));
  return request.query("access_token").value_or("");
}

std::string challenge(const http::Url& accessUrl) {
  return std::format(
      R"(Bearer realm="coder", error="invalid_token", error_description="The access token is invalid or has expired", )"
      R"(resource_metadata="{}/.well-known/oauth-protected-resource")",
      accessUrl.toString());
}

bool isApiPath(std::string_view path) {
  while (path.starts_with("//")) path.remove_prefix(1);
  return path.starts_with("/api/");
}

http::Response unknownRoute(const Router& router, const http::Request& request) {
  if (isApiPath(request.path())) return render(ApiError::routeNotFound());
  if (router.hasPath(request.path())) return textResponse(405, "Method not allowed\n");
  return isSafe(request.method) ? indexPage() : render(ApiError::routeNotFound());
}

bool isCancellation(const std::exception& e) {
  const auto* system = dynamic_cast<const boost::system::system_error*>(&e);
  return system && system->code() == asio::error::operation_aborted;
}

}  // namespace

Pipeline::Pipeline(const Router& router, Services& services, Authenticator& authenticator, PipelineOptions options)
    : m_router(router), m_services(services), m_authenticator(authenticator), m_options(std::move(options)) {}

http::Handler Pipeline::handler() {
  http::Handler handler;
  handler.handle = [this](http::Exchange& exchange) { return run(exchange); };
  handler.bodyLimit = [this](const http::Request& head, const std::string& remoteAddress) {
    return bodyLimitOf(head, remoteAddress);
  };
  return handler;
}

// A body is read before its sender is known. So a large one is read only of somebody who may be somebody: otherwise
// anybody could fill this process's memory.
Task<std::size_t> Pipeline::bodyLimitOf(const http::Request& head, const std::string& remoteAddress) {
  const auto match = m_router.find(head.method, head.path());
  const std::size_t limit = match ? match->route->options.bodyLimit : kDefaultBodyLimit;
  if (limit <= kDefaultBodyLimit) co_return limit;
  const Secret token(presentedToken(head));
  if (token.isEmpty() || !co_await m_authenticator.authenticateUser(token, remoteAddress)) co_return kDefaultBodyLimit;
  co_return limit;
}

// Being cancelled is how a handler ends when the server stops or its peer is gone: no more than that to say.
Task<void> Pipeline::run(http::Exchange& exchange) {
  try {
    co_await serve(exchange);
  } catch (const boost::system::system_error& e) {
    if (!isCancellation(e)) throw;
  }
}

// The order, from the outside in:
//  1. answers are marked with version and security headers: first, so that refusals and errors carry them too;
//  2. the route is found: it says what the next steps ask for;
//  3. forgery is ruled out: before the credential is used for anything;
//  4. the caller is authenticated: rates are counted per user;
//  5. the rate is taken: before any work is done for the caller;
//  6. the handler runs; it authorises, because only it knows the object;
//  7. failures and exceptions become answers: last before the wire, so that nothing gets around it;
//  8. the observer hears of it (audit log): it wants the final status.
Task<void> Pipeline::serve(http::Exchange& inner) {
  MarkedExchange exchange(inner);
  auto match = m_router.find(exchange.request().method, exchange.request().path());
  if (!match) {
    (void)co_await exchange.respond(unknownRoute(m_router, exchange.request()));
    co_return;
  }
  const Route& route = *match->route;
  Call call{exchange, m_services, Uuid::random(), std::move(match->params), {}, {}, {}};
  const auto startedAt = m_services.clock.now();

  bool isAnswered = false;
  http::Response response = co_await dispatch(call, route, isAnswered);
  if (!isAnswered && !exchange.isAnswered()) (void)co_await exchange.respond(std::move(response));

  log::debug("{} {} {} in {}", exchange.request().method, exchange.request().path(), exchange.status(),
             std::chrono::duration_cast<std::chrono::milliseconds>(m_services.clock.now() - startedAt));
  if (m_options.observer) co_await m_options.observer(call, route, exchange.status());
}

Task<http::Response> Pipeline::dispatch(Call& call, const Route& route, bool& isAnswered) {
  http::Response response;
  try {
    Answer answer = http::Response();
    if (auto checked = checkForgery(call); !checked) answer = std::unexpected(checked.error());
    if (answer)
      if (auto known = co_await authenticate(call, route); !known) answer = std::unexpected(known.error());
    if (answer)
      if (auto taken = takeRate(call, route); !taken) answer = std::unexpected(taken.error());
    if (answer) answer = co_await route.handler(call);
    if (!answer) {
      if (answer.error().status >= 500)
        log::warning("{} {}: {} {}", call.request().method, call.request().path(), answer.error().message,
                     answer.error().detail);
      response = render(answer.error());
      if (response.status == 401) response.headers.set("WWW-Authenticate", challenge(m_services.deployment.accessUrl));
    } else if (auto* made = std::get_if<http::Response>(&*answer)) {
      response = std::move(*made);
    } else {
      isAnswered = true;
    }
  } catch (const std::exception& e) {
    if (isCancellation(e)) throw;
    log::error("{} {} (request {}): {}", call.request().method, call.request().path(), call.requestId.toString(),
               e.what());
    response = render(Error(ErrorCode::Internal, std::format("request {}", call.requestId.toString())));
  }
  co_return response;
}

Task<ApiResult<void>> Pipeline::authenticate(Call& call, const Route& route) {
  if (route.auth == Auth::None) co_return ApiResult<void>();
  call.token = Secret(presentedToken(call.request()));
  const bool isOptional = route.auth == Auth::OptionalUser;
  if (call.token.isEmpty()) {
    if (isOptional) co_return ApiResult<void>();
    co_return apiFail(401, route.auth == Auth::Agent ? kAgentRefused : kSignedOut,
                      std::format("Cookie \"{0}\" or query parameter \"{0}\" or header \"Coder-Session-Token\" must be "
                                  "provided.",
                                  kSessionName));
  }
  // Agent tokens are UUIDs and API keys are not, so the shape tells which of the two it is.
  const bool looksLikeAgent = Uuid::parse(call.token.reveal()).has_value();
  if (route.auth == Auth::Agent || (route.auth == Auth::UserOrAgent && looksLikeAgent)) {
    auto agent = co_await m_authenticator.authenticateAgent(call.token);
    if (!agent) co_return std::unexpected(agent.error());
    call.agent = *std::move(agent);
    co_return ApiResult<void>();
  }
  auto actor = co_await m_authenticator.authenticateUser(call.token, call.exchange.remoteAddress());
  if (actor && !actor->mayUseApi())
    actor =
        apiFail(403, "Forbidden.", "The scope of this API key does not include the API: use a key of scope \"all\".");
  if (actor)
    call.actor = *std::move(actor);
  else if (!isOptional)
    co_return std::unexpected(actor.error());
  co_return ApiResult<void>();
}

// Double submit (reference/rest-api.md 1.11), only where a browser would add the cookie by itself.
ApiResult<void> Pipeline::checkForgery(const Call& call) const {
  const auto& request = call.request();
  if (isSafe(request.method) || !isApiPath(request.path())) return {};
  const auto session = request.cookie(kSessionName);
  if (!session || session->empty()) return {};
  if (const auto header = request.headers.find("Coder-Session-Token")) {
    if (*header == *session) return {};
  } else if (request.headers.find("Authorization")) {
    return {};
  }
  const auto expected = request.cookie("csrf_token");
  const auto given = request.headers.find("X-CSRF-TOKEN");
  if (expected && given && !expected->empty() && equalConstantTime(asBytes(*expected), asBytes(*given))) return {};
  return apiFail(400, "Something is wrong with your CSRF token.",
                 "A request with a session cookie must repeat the cookie csrf_token in the header X-CSRF-TOKEN.");
}

ApiResult<void> Pipeline::takeRate(const Call& call, const Route& route) {
  const int limit = route.options.ratePerMinute;
  if (!m_options.limitsRates || limit == 0 || call.agent) return {};
  if (call.actor && call.request().headers.find("X-Coder-Bypass-Ratelimit") == "true") {
    if (call.actor->isOwner()) return {};
    return apiFail(428, "Only owners may bypass the rate limit.");
  }
  const std::string who = call.actor ? call.actor->userId.toString() : call.exchange.remoteAddress();
  const auto verdict =
      m_rates.take(std::format("{} {}", who, cleanPath(call.request().path())), limit, m_services.clock.now());
  if (verdict.isAllowed) return {};
  return apiFail(429, std::format("You've been rate limited for sending more than {} requests in 1m0s.", limit),
                 std::format("Try again in {} seconds.", verdict.retryAfter.count()));
}

}  // namespace berth::server

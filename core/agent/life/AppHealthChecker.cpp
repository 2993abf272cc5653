#include "core/agent/life/AppHealthChecker.h"

#include "core/base/Log.h"
#include "core/http/Client.h"
#include "core/rpc/Proto.h"

namespace berth::agent {

namespace {

constexpr auto kTick = std::chrono::seconds(1);
constexpr int kFirstFailingStatus = 500;
constexpr std::size_t kMaxBody = 1U << 20;

Task<bool> answers(asio::any_io_executor executor, const App& app) {
  const auto url = http::parseUrl(app.healthUrl);
  if (!url) co_return false;
  const auto limit =
      std::chrono::duration_cast<std::chrono::milliseconds>(app.healthInterval) - std::chrono::milliseconds(1);
  const auto client = http::makeClient(
      executor, {.scheme = url->scheme, .host = url->host, .port = url->port, .path = ""},
      {.connectTimeout = limit, .requestTimeout = limit, .maxResponseBody = kMaxBody, .verifiesCertificate = false});
  const auto response = co_await client->send({.method = "GET", .target = healthTarget(app.healthUrl)});
  co_return response && response->status < kFirstFailingStatus;
}

}  // namespace

std::string healthTarget(std::string_view url) {
  url = url.substr(0, url.find('#'));
  const auto authority = url.find("://");
  const auto start = url.find_first_of("/?", authority == std::string_view::npos ? 0 : authority + 3);
  if (start == std::string_view::npos) return "/";
  return (url[start] == '?' ? "/" : "") + std::string(url.substr(start));
}

bool AppHealthState::onResult(bool isSuccess) {
  AppHealth next = m_health;
  if (isSuccess) {
    m_failures = 0;
    next = AppHealth::Healthy;
  } else if (++m_failures > m_threshold) {
    next = AppHealth::Unhealthy;
  }
  return std::exchange(m_health, next) != next;
}

Task<Result<void>> AppHealthChecker::run(rpc::AgentClient& client, std::vector<App> apps) {
  TaskGroup checks(m_executor);
  m_states.clear();
  m_hasChanged = false;
  for (const App& app : apps) {
    if (app.health == AppHealth::Disabled || app.health == AppHealth::Unspecified || app.healthUrl.empty() ||
        app.healthInterval <= std::chrono::seconds(0) || app.healthThreshold <= 0)
      continue;
    m_states.emplace(app.id, AppHealthState(app.health, app.healthThreshold));
    checks.spawn(check(app));
  }
  if (m_states.empty()) co_return Result<void>();
  try {
    asio::steady_timer timer(m_executor);
    while (true) {
      timer.expires_after(kTick);
      co_await timer.async_wait(asio::use_awaitable);
      if (!std::exchange(m_hasChanged, false)) continue;
      rpc::agentpb::BatchUpdateAppHealthRequest request;
      for (const auto& [id, state] : m_states) {
        auto& update = *request.add_updates();
        update.set_id(rpc::toWire(id));
        update.set_health(static_cast<rpc::agentpb::AppHealth>(state.health()));
      }
      if (const auto reported = co_await client.batchUpdateAppHealths(std::move(request)); !reported)
        log::warning("report app health: {}", reported.error().message());
    }
  } catch (const boost::system::system_error&) {
  }
  checks.cancel();
  // Not to be interrupted: the checks use this object.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await checks.join();
  co_return fail(ErrorCode::Cancelled, "asked to stop");
}

Task<void> AppHealthChecker::check(App app) {
  asio::steady_timer timer(m_executor);
  while (true) {
    timer.expires_after(app.healthInterval);
    co_await timer.async_wait(asio::use_awaitable);
    const bool isSuccess = co_await answers(m_executor, app);
    if (m_states.at(app.id).onResult(isSuccess)) m_hasChanged = true;
  }
}

}  // namespace berth::agent

#include "app/cli/WorkspaceUse.h"

#include <boost/asio/this_coro.hpp>
#include <format>

#include "app/cli/Retry.h"

namespace berth::cli {

namespace {

constexpr std::chrono::seconds kUsageInterval{60};
constexpr std::chrono::seconds kWatchPause{2};  // also spares short commands the watch

}  // namespace

Task<void> reportUsage(std::shared_ptr<client::Session> session, WorkspaceId workspace,
                       std::optional<api::PostWorkspaceUsageRequest> usage) {
  const auto executor = co_await asio::this_coro::executor;
  while (true) {
    co_await session->postUsage(workspace, usage);
    co_await pause(executor, kUsageInterval);
  }
}

Task<std::string> untilWorkspaceEnds(std::shared_ptr<client::Session> session, api::Workspace workspace) {
  const auto executor = co_await asio::this_coro::executor;
  while (true) {
    co_await pause(executor, kWatchPause);
    auto watch = co_await session->watchWorkspace(workspace.id);
    while (watch) {
      const auto now = co_await (*watch)->next();
      if (!now && now.error().code() == ErrorCode::Internal) continue;  // the server could not read it this time
      if (!now) break;
      const auto& build = now->latest_build;
      const bool isNewStart = build.transition == Transition::Start && build.id != workspace.latest_build.id;
      const bool isGone = build.status == WorkspaceStatus::Stopped || build.status == WorkspaceStatus::Deleted;
      if (isNewStart || isGone)
        co_return std::format("The workspace {} was {}.", workspace.name,
                              isNewStart ? "restarted" : std::string(toString(build.status)));
    }
  }
}

}  // namespace berth::cli

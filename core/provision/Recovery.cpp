#include "core/provision/Recovery.h"

#include <csignal>

#include "core/base/Log.h"
#include "core/provision/Files.h"
#include "core/provision/JobDirectory.h"
#include "core/provision/JobRecords.h"
#include "core/provision/TofuRun.h"
#include "core/store/Jobs.h"

namespace berth::provision {

namespace {

// The process is nobody's child of ours, so its end can only be looked for.
constexpr auto kLookInterval = std::chrono::milliseconds(100);
constexpr std::string_view kReason =
    "The server ended while this job was running. What had been created is kept in the workspace's state: start, stop "
    "or delete the workspace to go on from there.";
constexpr std::string_view kImportReason = "The server ended while this job was running: push the template again.";
constexpr std::string_view kDryRunReason =
    "The server ended while this job was running: create the workspace again. Nothing had been made.";

std::string_view reasonOf(JobType type) {
  switch (type) {
    case JobType::WorkspaceBuild: return kReason;
    case JobType::TemplateVersionDryRun: return kDryRunReason;
    default: return kImportReason;
  }
}

std::vector<WorkDirectory> workDirectories(const JobDirectory& job) {
  std::vector<WorkDirectory> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(job.path(), error))
    if (entry.is_directory(error) && !entry.path().filename().string().starts_with('.'))
      found.push_back({entry.path()});
  return found;
}

Task<void> waitForEnd(WorkDirectory directory, const bool& isStopping) {
  const auto process = ProcessMark::read(directory.process());
  if (!process) co_return;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  const auto killAt = std::chrono::steady_clock::now() + kInterruptPatience;
  while (process->isRunning() && !isStopping) {
    std::error_code error;
    if (!std::filesystem::exists(directory.interrupted(), error) && writeFile(directory.interrupted(), ""))
      ::kill(-process->id, SIGINT);
    if (std::chrono::steady_clock::now() > killAt) ::kill(-process->id, SIGKILL);
    timer.expires_after(kLookInterval);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace

Task<Result<void>> recoverJob(store::Store& store, std::filesystem::path jobsDirectory, store::JobRecord job,
                              JobRunner* rescuer, const bool& isStopping) {
  const JobDirectory directory(jobsDirectory, job.id);
  for (const auto& work : workDirectories(directory)) co_await waitForEnd(work, isStopping);
  if (isStopping) co_return fail(ErrorCode::Cancelled, "recovery goes on at the next start");
  if (rescuer) co_await rescuer->rescue();
  CO_TRY_ASSIGN(const auto state, directory.work().readState());
  const std::string reason(reasonOf(job.type));
  CO_TRY(co_await store.run([job, reason, state](store::Transaction& tx) {
    return failJob(tx, job, reason, state, SystemClock().wallNow());
  }));
  directory.remove();
  log::info("job {} of an earlier run was ended", job.id.toString());
  co_return Result<void>();
}

}  // namespace berth::provision

// Shows a provisioner job while it runs: a line per stage and log line, live on a terminal. Ctrl-C asks the server to
// cancel the job and goes on watching; a second one gives up.
#pragma once

#include "app/cli/Context.h"

namespace berth::cli {

class JobSource {
 public:
  virtual ~JobSource() = default;
  virtual Task<Result<api::ProvisionerJob>> fetch() = 0;
  // The lines behind log id `after`; all with 0.
  virtual Task<Result<std::unique_ptr<client::JobLogStream>>> follow(std::int64_t after) = 0;
  virtual Task<Result<void>> cancel() = 0;
  // For somebody who cannot watch on: what may happen meanwhile, and where to see it.
  virtual std::string outlook() const = 0;
};

// `session` outlives the source.
std::unique_ptr<JobSource> buildJob(client::Session& session, const api::WorkspaceBuild& build);
std::unique_ptr<JobSource> versionJob(client::Session& session, TemplateVersionId id);
std::unique_ptr<JobSource> dryRunJob(client::Session& session, TemplateVersionId version, JobId id);

enum class Shown {
  Everything,
  OnStandardError,  // for commands whose standard output belongs to something else
  OnlyFailures,     // the lines appear when the job fails
};

// With a server that is away while its job is watched. A restart of it takes seconds.
struct Patience {
  std::chrono::milliseconds total{30'000};
  std::chrono::milliseconds pause{1000};  // between attempts
};

// Ends well only when the job succeeded; a failed job's error is the server's. When the connection breaks, the log goes
// on behind the last line that was shown; Unavailable, with the job's outlook, when the server stays away.
Task<Result<void>> watchJob(Context& context, std::unique_ptr<JobSource> job, Shown shown, Patience patience = {});

}  // namespace berth::cli

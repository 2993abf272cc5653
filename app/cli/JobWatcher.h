// Shows a provisioner job while it runs: a line per stage and log line, live on a terminal. Ctrl-C asks the server to
// cancel the job and goes on watching; a second one gives up.
#pragma once

#include "app/cli/Context.h"

namespace berth::cli {

class JobSource {
 public:
  virtual ~JobSource() = default;
  virtual Task<Result<api::ProvisionerJob>> fetch() = 0;
  virtual Task<Result<std::unique_ptr<client::JobLogStream>>> follow() = 0;
  virtual Task<Result<void>> cancel() = 0;
};

// `session` outlives the source.
std::unique_ptr<JobSource> buildJob(client::Session& session, BuildId id);
std::unique_ptr<JobSource> versionJob(client::Session& session, TemplateVersionId id);
std::unique_ptr<JobSource> dryRunJob(client::Session& session, TemplateVersionId version, JobId id);

enum class Shown {
  Everything,
  OnStandardError,  // for commands whose standard output belongs to something else
  OnlyFailures,     // the lines appear when the job fails
};

// Ends well only when the job succeeded; a failed job's error is the server's.
Task<Result<void>> watchJob(Context& context, std::unique_ptr<JobSource> job, Shown shown);

}  // namespace berth::cli

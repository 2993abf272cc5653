// Provisioner jobs: the queue, its logs and its workers (reference/provisioning.md 3.2, 3.3, 3.7, 3.9, 3.10).
//
// A job is a row before anything happens: it is inserted pending, taken by acquireJob(), and ended by completeJob(). A
// completed job never changes again.
#pragma once

#include <string_view>
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::store {

inline constexpr std::int64_t kMaxJobLogBytes = 1'048'576;  // output text per job

Result<void> insertJob(Transaction& tx, const JobRecord& job);
Result<JobRecord> getJob(Transaction& tx, JobId id);
Result<std::optional<JobRecord>> findJob(Transaction& tx, JobId id);
Result<std::vector<JobRecord>> listJobs(Transaction& tx, OrganizationId organization,
                                        std::int64_t limit);  // newest first

// Takes the oldest pending job for this worker and marks it started; nothing when there is none.
Result<std::optional<JobRecord>> acquireJob(Transaction& tx, WorkerId worker, WallTime now);
// Started jobs that are not completed: what a restart or the reaper has to end.
Result<std::vector<JobRecord>> listRunningJobs(Transaction& tx);
Result<std::vector<JobRecord>> listPendingJobs(Transaction& tx);  // oldest first
Result<void> touchJob(Transaction& tx, JobId id, WallTime now);   // the worker is alive

// Asks a running job to stop, or ends a pending one at once. Conflict: completed or already canceled.
Result<JobRecord> cancelJob(Transaction& tx, JobId id, WallTime now);
// Ends the job; an empty error means success. Conflict: it is completed already.
Result<void> completeJob(Transaction& tx, JobId id, WallTime now, std::string_view error = {},
                         std::string_view errorCode = {});

struct QueuePosition {
  std::int64_t position = 0;  // 0 once running; 1 is next
  std::int64_t size = 0;
};
Result<QueuePosition> getQueuePosition(Transaction& tx, const JobRecord& job);

// Adds lines in their order (ids are given here) until kMaxJobLogBytes; beyond it one warning takes their place and
// the job is marked overflowed. Gives back what was stored, with ids.
Result<std::vector<JobLogRecord>> insertJobLogs(Transaction& tx, JobId job, std::vector<JobLogRecord> lines);
Result<std::vector<JobLogRecord>> listJobLogs(Transaction& tx, JobId job, std::int64_t afterId = 0,
                                              std::int64_t limit = -1);

Result<void> insertJobTiming(Transaction& tx, const JobTimingRecord& timing);
Result<std::vector<JobTimingRecord>> listJobTimings(Transaction& tx, JobId job);

Result<void> putProvisionerDaemon(Transaction& tx, const ProvisionerDaemonRecord& daemon);  // by id
Result<std::vector<ProvisionerDaemonRecord>> listProvisionerDaemons(Transaction& tx, OrganizationId organization);
Result<void> deleteProvisionerDaemons(Transaction& tx);  // at start-up: those of the last run are gone

}  // namespace berth::store

#include "core/store/Jobs.h"

#include <limits>

#include "core/store/Sql.h"

namespace berth::store {

namespace {

const Query kInsert = insertQuery<JobRecord>("provisioner_jobs");
const Query kById = selectQuery<JobRecord>("job", "provisioner_jobs", "WHERE id = ?");
const Query kOfOrganization = selectQuery<JobRecord>("list jobs", "provisioner_jobs",
                                                     "WHERE organization_id = ? ORDER BY created_at DESC LIMIT ?");
const Query kNextPending{.name = "next pending job",
                         .text =
                             "SELECT id FROM provisioner_jobs WHERE completed_at IS NULL AND started_at IS NULL "
                             "AND canceled_at IS NULL ORDER BY created_at, id LIMIT 1"};
const Query kTake{.name = "take job",
                  .text = "UPDATE provisioner_jobs SET started_at = ?, updated_at = ?, worker_id = ? WHERE id = ?"};
const Query kRunning =
    selectQuery<JobRecord>("list running jobs", "provisioner_jobs",
                           "WHERE completed_at IS NULL AND started_at IS NOT NULL ORDER BY created_at");
const Query kPending =
    selectQuery<JobRecord>("list pending jobs", "provisioner_jobs",
                           "WHERE completed_at IS NULL AND started_at IS NULL ORDER BY created_at, id");
const Query kTouch{.name = "touch job", .text = "UPDATE provisioner_jobs SET updated_at = ? WHERE id = ?"};
const Query kCancel{
    .name = "cancel job",
    .text = "UPDATE provisioner_jobs SET canceled_at = ?, updated_at = ?, completed_at = ? WHERE id = ?"};
const Query kComplete{.name = "complete job",
                      .text =
                          "UPDATE provisioner_jobs SET completed_at = ?, updated_at = ?, error = ?, error_code = ? "
                          "WHERE id = ? AND completed_at IS NULL"};
const Query kCountPending{.name = "count pending jobs",
                          .text =
                              "SELECT count(*) FROM provisioner_jobs WHERE completed_at IS NULL AND "
                              "started_at IS NULL AND canceled_at IS NULL AND created_at <= ?"};

const Query kInsertLog{.name = "insert job log",
                       .text =
                           "INSERT INTO provisioner_job_logs (job_id, created_at, source, level, stage, output) "
                           "VALUES (?, ?, ?, ?, ?, ?) RETURNING id"};
const Query kSetLogLength{.name = "set job log length",
                          .text = "UPDATE provisioner_jobs SET logs_length = ?, logs_overflowed = ? WHERE id = ?"};
const Query kLogs = selectQuery<JobLogRecord>("list job logs", "provisioner_job_logs",
                                              "WHERE job_id = ? AND id > ? ORDER BY id LIMIT ?");
const Query kInsertTiming = insertQuery<JobTimingRecord>("provisioner_job_timings");
const Query kTimings =
    selectQuery<JobTimingRecord>("list job timings", "provisioner_job_timings", "WHERE job_id = ? ORDER BY started_at");

const Query kPutDaemon = upsertQuery<ProvisionerDaemonRecord>("provisioner_daemons", {"id"});
const Query kDaemons = selectQuery<ProvisionerDaemonRecord>("list provisioner daemons", "provisioner_daemons",
                                                            "WHERE organization_id = ? ORDER BY created_at, name");
const Query kDeleteDaemons{.name = "delete provisioner daemons", .text = "DELETE FROM provisioner_daemons"};

constexpr std::string_view kOverflowNotice =
    "Provisioner logs exceeded the max size of 1MB. Will not continue to write provisioner logs for workspace build.";

}  // namespace

JobStatus JobRecord::status() const {
  if (!error.empty()) return JobStatus::Failed;
  if (completedAt) return canceledAt ? JobStatus::Canceled : JobStatus::Succeeded;
  if (canceledAt) return JobStatus::Canceling;
  return startedAt ? JobStatus::Running : JobStatus::Pending;
}

Result<void> insertJob(Transaction& tx, const JobRecord& job) { return insertRow(tx, kInsert, job); }
Result<JobRecord> getJob(Transaction& tx, JobId id) { return getRow<JobRecord>(tx, kById, id); }
Result<std::optional<JobRecord>> findJob(Transaction& tx, JobId id) { return findRow<JobRecord>(tx, kById, id); }
Result<std::vector<JobRecord>> listJobs(Transaction& tx, OrganizationId organization, std::int64_t limit) {
  return listRows<JobRecord>(tx, kOfOrganization, organization, limit);
}

Result<std::optional<JobRecord>> acquireJob(Transaction& tx, WorkerId worker, WallTime now) {
  TRY_ASSIGN(const auto next, findValue<JobId>(tx, kNextPending));
  if (!next) return std::optional<JobRecord>();
  TRY(writeOne(tx, kTake, now, now, worker, *next));
  return findJob(tx, *next);
}

Result<std::vector<JobRecord>> listRunningJobs(Transaction& tx) { return listRows<JobRecord>(tx, kRunning); }
Result<std::vector<JobRecord>> listPendingJobs(Transaction& tx) { return listRows<JobRecord>(tx, kPending); }
Result<void> touchJob(Transaction& tx, JobId id, WallTime now) { return writeOne(tx, kTouch, now, id); }

Result<JobRecord> cancelJob(Transaction& tx, JobId id, WallTime now) {
  TRY_ASSIGN(auto job, getJob(tx, id));
  if (job.completedAt) return fail(ErrorCode::Conflict, "the job is completed");
  if (job.canceledAt) return fail(ErrorCode::Conflict, "the job is already canceled");
  job.canceledAt = now;
  job.updatedAt = now;
  if (!job.startedAt) job.completedAt = now;
  TRY(writeOne(tx, kCancel, job.canceledAt, now, job.completedAt, id));
  return job;
}

Result<void> completeJob(Transaction& tx, JobId id, WallTime now, std::string_view error, std::string_view errorCode) {
  TRY_ASSIGN(const auto changed, write(tx, kComplete, now, now, error, errorCode, id));
  if (changed > 0) return {};
  TRY(getJob(tx, id));
  return fail(ErrorCode::Conflict, "the job is completed");
}

Result<QueuePosition> getQueuePosition(Transaction& tx, const JobRecord& job) {
  QueuePosition queue;
  TRY_ASSIGN(const auto size, findValue<std::int64_t>(tx, kCountPending, std::numeric_limits<std::int64_t>::max()));
  queue.size = size.value_or(0);
  if (job.status() != JobStatus::Pending) return queue;
  TRY_ASSIGN(const auto position, findValue<std::int64_t>(tx, kCountPending, job.createdAt));
  queue.position = position.value_or(0);
  return queue;
}

static Result<void> insertJobLog(Transaction& tx, JobLogRecord& line) {
  TRY_ASSIGN(const auto id, findValue<std::int64_t>(tx, kInsertLog, line.jobId, line.createdAt, line.source, line.level,
                                                    line.stage, line.output));
  line.id = id.value_or(0);
  return {};
}

Result<std::vector<JobLogRecord>> insertJobLogs(Transaction& tx, JobId job, std::vector<JobLogRecord> lines) {
  TRY_ASSIGN(const auto record, getJob(tx, job));
  std::vector<JobLogRecord> stored;
  std::int64_t length = record.logsLength;
  bool hasOverflowed = record.logsOverflowed;
  for (auto& line : lines) {
    if (hasOverflowed) break;
    line.jobId = job;
    const auto size = static_cast<std::int64_t>(line.output.size());
    // The notice has to fit too.
    if (length + size + static_cast<std::int64_t>(kOverflowNotice.size()) > kMaxJobLogBytes) {
      hasOverflowed = true;
      line.level = LogLevel::Warn;
      line.output = kOverflowNotice;
    }
    length += static_cast<std::int64_t>(line.output.size());
    TRY(insertJobLog(tx, line));
    stored.push_back(std::move(line));
  }
  if (!stored.empty()) TRY(writeOne(tx, kSetLogLength, length, hasOverflowed, job));
  return stored;
}

Result<std::vector<JobLogRecord>> listJobLogs(Transaction& tx, JobId job, std::int64_t afterId, std::int64_t limit) {
  return listRows<JobLogRecord>(tx, kLogs, job, afterId, limit < 0 ? std::numeric_limits<std::int64_t>::max() : limit);
}

Result<void> insertJobTiming(Transaction& tx, const JobTimingRecord& timing) {
  return insertRow(tx, kInsertTiming, timing);
}
Result<std::vector<JobTimingRecord>> listJobTimings(Transaction& tx, JobId job) {
  return listRows<JobTimingRecord>(tx, kTimings, job);
}

Result<void> putProvisionerDaemon(Transaction& tx, const ProvisionerDaemonRecord& daemon) {
  return insertRow(tx, kPutDaemon, daemon);
}
Result<std::vector<ProvisionerDaemonRecord>> listProvisionerDaemons(Transaction& tx, OrganizationId organization) {
  return listRows<ProvisionerDaemonRecord>(tx, kDaemons, organization);
}
Result<void> deleteProvisionerDaemons(Transaction& tx) { return writeAny(tx, kDeleteDaemons); }

}  // namespace berth::store

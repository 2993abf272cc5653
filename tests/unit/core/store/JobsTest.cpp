#include "Sample.h"

using namespace berth;
using namespace berth::store;

namespace {

class Jobs : public SampleTest {
 protected:
  JobRecord job(JobId id) {
    return in([id](Transaction& tx) { return getJob(tx, id); });
  }
  std::optional<JobRecord> acquire() {
    return in([this](Transaction& tx) { return acquireJob(tx, worker, at(50)); });
  }
  JobLogRecord line(std::string text) const {
    JobLogRecord record;
    record.createdAt = at(60);
    record.stage = "Setting up";
    record.output = std::move(text);
    return record;
  }
  WorkerId worker = WorkerId::random();
};

}  // namespace

TEST_F(Jobs, areTakenOldestFirstAndOnce) {
  EXPECT_EQ(acquire()->id, sample.importJob.id);
  const auto second = acquire();
  EXPECT_EQ(second->id, sample.buildJob.id);
  EXPECT_EQ(second->workerId, worker);
  EXPECT_EQ(second->status(), JobStatus::Running);
  EXPECT_EQ(acquire(), std::nullopt);
  EXPECT_EQ(in([](Transaction& tx) { return listRunningJobs(tx); }).size(), 2U);
}

TEST_F(Jobs, keepTheirInput) {
  EXPECT_EQ(job(sample.importJob.id).input.templateVersionId, sample.version.id);
  EXPECT_EQ(job(sample.buildJob.id).input.buildId, sample.build.id);
  EXPECT_EQ(job(sample.buildJob.id).tags, sample.buildJob.tags);
  auto dryRun = sample.importJob;
  dryRun.id = JobId::random();
  dryRun.type = JobType::TemplateVersionDryRun;
  dryRun.input.richParameterValues = {{.name = "repos", .value = R"(["a","b"])"}};
  in([&](Transaction& tx) { return insertJob(tx, dryRun); });
  EXPECT_EQ(job(dryRun.id).input.richParameterValues.at(0).value, R"(["a","b"])");
}

TEST_F(Jobs, endOnceAndForAll) {
  acquire();
  in([&](Transaction& tx) { return completeJob(tx, sample.importJob.id, at(70)); });
  EXPECT_EQ(job(sample.importJob.id).status(), JobStatus::Succeeded);
  EXPECT_EQ(codeOf([&](Transaction& tx) { return completeJob(tx, sample.importJob.id, at(71), "boom"); }),
            ErrorCode::Conflict);
  EXPECT_EQ(codeOf([&](Transaction& tx) { return cancelJob(tx, sample.importJob.id, at(71)); }), ErrorCode::Conflict);
  EXPECT_EQ(codeOf([](Transaction& tx) { return completeJob(tx, JobId::random(), at(71)); }), ErrorCode::NotFound);
}

TEST_F(Jobs, areCanceledAtOnceWhenPending) {
  in([&](Transaction& tx) { return cancelJob(tx, sample.importJob.id, at(70)); });
  EXPECT_EQ(job(sample.importJob.id).status(), JobStatus::Canceled);
  EXPECT_EQ(acquire()->id, sample.buildJob.id);
}

TEST_F(Jobs, areAskedToStopWhenRunning) {
  acquire();
  in([&](Transaction& tx) { return cancelJob(tx, sample.importJob.id, at(70)); });
  EXPECT_EQ(job(sample.importJob.id).status(), JobStatus::Canceling);
  EXPECT_EQ(codeOf([&](Transaction& tx) { return cancelJob(tx, sample.importJob.id, at(71)); }), ErrorCode::Conflict);
  in([&](Transaction& tx) { return completeJob(tx, sample.importJob.id, at(72), "interrupted"); });
  EXPECT_EQ(job(sample.importJob.id).status(), JobStatus::Failed);
}

TEST_F(Jobs, knowTheirPlaceInTheQueue) {
  const auto place = [&](JobId id) {
    const auto queue = in([&](Transaction& tx) -> Result<QueuePosition> {
      TRY_ASSIGN(const auto record, getJob(tx, id));
      return getQueuePosition(tx, record);
    });
    return std::pair(queue.position, queue.size);
  };
  EXPECT_EQ(place(sample.importJob.id), std::pair(std::int64_t{1}, std::int64_t{2}));
  EXPECT_EQ(place(sample.buildJob.id), std::pair(std::int64_t{2}, std::int64_t{2}));
  acquire();
  EXPECT_EQ(place(sample.importJob.id), std::pair(std::int64_t{0}, std::int64_t{1}));
}

TEST_F(Jobs, keepLogsInOrder) {
  const auto stored =
      in([&](Transaction& tx) { return insertJobLogs(tx, sample.importJob.id, {line("one"), line("two")}); });
  ASSERT_EQ(stored.size(), 2U);
  EXPECT_LT(stored[0].id, stored[1].id);
  const auto rest = in([&](Transaction& tx) { return listJobLogs(tx, sample.importJob.id, stored[0].id); });
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].output, "two");
}

TEST_F(Jobs, cutLogsThatGrowTooLong) {
  const std::string half(kMaxJobLogBytes / 2 - 200, 'x');
  const auto stored = in([&](Transaction& tx) {
    return insertJobLogs(tx, sample.importJob.id, {line(half), line(half), line(half), line("never")});
  });
  ASSERT_EQ(stored.size(), 3U);
  EXPECT_EQ(stored[2].level, LogLevel::Warn);
  const auto record = job(sample.importJob.id);
  EXPECT_TRUE(record.logsOverflowed);
  EXPECT_LE(record.logsLength, kMaxJobLogBytes);
  EXPECT_TRUE(in([&](Transaction& tx) { return insertJobLogs(tx, sample.importJob.id, {line("more")}); }).empty());
}

TEST_F(Jobs, haveTimingsAndWorkers) {
  JobTimingRecord timing;
  timing.jobId = sample.buildJob.id;
  timing.stage = "plan";
  in([&](Transaction& tx) { return insertJobTiming(tx, timing); });
  EXPECT_EQ(in([&](Transaction& tx) { return listJobTimings(tx, sample.buildJob.id); }).at(0).stage, "plan");
  ProvisionerDaemonRecord daemon;
  daemon.id = worker;
  daemon.organizationId = sample.organization.id;
  daemon.provisioners = {"terraform"};
  in([&](Transaction& tx) { return putProvisionerDaemon(tx, daemon); });
  daemon.lastSeenAt = at(9);
  in([&](Transaction& tx) { return putProvisionerDaemon(tx, daemon); });
  const auto daemons = in([&](Transaction& tx) { return listProvisionerDaemons(tx, sample.organization.id); });
  ASSERT_EQ(daemons.size(), 1U);
  EXPECT_EQ(daemons[0].lastSeenAt, at(9));
}

#include "core/provision/Worker.h"

#include "core/base/Log.h"
#include "core/base/Notifier.h"
#include "core/provision/Environment.h"
#include "core/provision/Files.h"
#include "core/provision/JobRunner.h"
#include "core/provision/Recovery.h"
#include "core/store/Jobs.h"
#include "core/store/Organizations.h"

namespace berth::provision {

namespace {

namespace fs = std::filesystem;

constexpr auto kPollInterval = std::chrono::seconds(30);      // besides wake()
constexpr auto kHeartbeatInterval = std::chrono::seconds(5);  // reference/provisioning.md 3.8
constexpr auto kDaemonInterval = std::chrono::seconds(60);
constexpr auto kStopPatience = std::chrono::milliseconds(600);
constexpr auto kPreparedAge = std::chrono::hours(24 * 30);
constexpr std::string_view kApiVersion = "1.18";

WallTime wallNow() { return SystemClock().wallNow(); }
TimePoint now() { return std::chrono::steady_clock::now(); }

}  // namespace

// Shared with the coroutines that it starts, so that the last of them may end after the Worker is gone.
class Worker::Impl : public std::enable_shared_from_this<Worker::Impl> {
 public:
  Impl(asio::any_io_executor executor, store::Store& store, WorkerOptions options, WorkerEvents events)
      : m_executor(executor),
        m_store(store),
        m_options(std::move(options)),
        m_events(std::move(events)),
        m_changed(executor) {}

  void start() {
    spawn([](std::shared_ptr<Impl> self) -> Task<void> { co_await self->begin(); }(shared_from_this()));
  }

  void wake() {
    ++m_wakes;
    m_changed.notify();
  }

  void cancel(JobId job) {
    if (const auto found = m_running.find(job); found != m_running.end())
      found->second->stop(JobControl::Reason::Cancelled);
  }

  // Interrupts, waits as long as there is time, lets go of what then still runs.
  Task<void> stop() {
    auto self = shared_from_this();
    m_isStopping = true;
    for (const auto& [id, control] : m_running) control->stop(JobControl::Reason::Shutdown);
    m_changed.notify();
    const auto until = now() + kStopPatience;
    while (m_activity > 0 && now() < until) (void)co_await m_changed.waitUntil(until);
    for (const auto& [id, control] : m_running) control->abandon();
    if (!m_running.empty())
      log::info("{} job(s) go on without the server; the next start collects them", m_running.size());
    const auto end = now() + kStopPatience / 3;
    while (m_activity > 0 && now() < end) (void)co_await m_changed.waitUntil(end);
  }

  // For the destructor: nothing may call back any more.
  void forgetEvents() {
    m_isStopping = true;
    m_events = {};
    for (const auto& [id, control] : m_running) control->abandon();
    m_changed.notify();
  }

 private:
  // Counted, so that stop() knows when all is quiet.
  void spawn(Task<void> task) {
    ++m_activity;
    asio::co_spawn(
        m_executor,
        [](std::shared_ptr<Impl> self, Task<void> inner) -> Task<void> {
          try {
            co_await std::move(inner);
          } catch (const std::exception& e) {  // a defect: said, and not in the way of the end
            log::error("provisioner: {}", e.what());
          }
          --self->m_activity;
          self->m_changed.notify();
        }(shared_from_this(), std::move(task)),
        asio::detached);
  }

  Task<void> begin() {
    if (auto made = makeDirectories(); !made) {
      log::error("no jobs can be run: {}", made.error().message());
      co_return;
    }
    co_await recoverAll();
    for (int i = 0; i < m_options.workers && !m_isStopping; ++i)
      spawn([](std::shared_ptr<Impl> self, WorkerId id) -> Task<void> { co_await self->work(id); }(shared_from_this(),
                                                                                                   WorkerId::random()));
    PreparedDirectories(preparedDirectory()).forgetOlderThan(kPreparedAge);
    // Also brings the program into memory, so that the first job need not wait for the disk.
    (void)co_await settings();
  }

  Result<void> makeDirectories() const {
    TRY(makePrivateDirectory(jobsDirectory()));
    TRY(makePrivateDirectory(preparedDirectory()));
    return makePrivateDirectory(pluginCache());
  }

  fs::path jobsDirectory() const { return m_options.directory / "jobs"; }
  fs::path preparedDirectory() const { return m_options.directory / "prepared"; }
  fs::path pluginCache() const { return m_options.directory / "plugins"; }

  // The tool is looked for until it is found: it may be installed while the server runs.
  Task<Result<std::shared_ptr<const JobSettings>>> settings() {
    auto self = shared_from_this();
    if (m_settings) co_return m_settings;
    CO_TRY_ASSIGN(const auto tool, co_await findTool(m_options.tool));
    if (m_settings) co_return m_settings;  // another worker was as fast
    const fs::path configuration = m_options.directory / "tofu.rc";
    CO_TRY(writeFile(configuration, cliConfiguration(m_options.tool.providerMirror)));
    m_settings = std::make_shared<const JobSettings>(JobSettings{
        .tool = tool,
        .jobsDirectory = jobsDirectory(),
        .providerMirror = m_options.tool.providerMirror,
        .accessUrl = m_options.accessUrl,
        .environment = baseEnvironment(m_options.tool, configuration, {}),
        .initEnvironment = baseEnvironment(m_options.tool, configuration, pluginCache()),
        .prepared = PreparedDirectories(preparedDirectory()),
    });
    log::info("jobs use {} {}", tool.program.string(), tool.version);
    co_return m_settings;
  }

  Task<void> recoverAll() {
    const auto jobs = co_await m_store.run([](store::Transaction& tx) -> Result<std::vector<store::JobRecord>> {
      TRY(store::deleteProvisionerDaemons(tx));
      return store::listRunningJobs(tx);
    });
    if (!jobs) log::error("look for unfinished jobs: {}", jobs.error().message());
    if (!jobs) co_return;
    for (const auto& job : *jobs)
      spawn([](std::shared_ptr<Impl> self, store::JobRecord lost) -> Task<void> { co_await self->recover(lost); }(
                                                                      shared_from_this(), job));
  }

  Task<void> recover(store::JobRecord job) {
    auto log = makeLog(job.id);
    const auto ready = co_await settings();
    std::optional<JobRunner> rescuer;
    if (ready) rescuer.emplace(m_store, *ready, job, std::make_shared<JobControl>(m_executor), log);
    const auto done = co_await recoverJob(m_store, jobsDirectory(), job, rescuer ? &*rescuer : nullptr, m_isStopping);
    co_await log->flush();
    if (!done && !m_isStopping) log::error("end job {}: {}", job.id.toString(), done.error().message());
    tellChanged(job.id);
  }

  Task<void> work(WorkerId id) {
    auto seenAt = TimePoint::min();
    while (!m_isStopping) {
      if (seenAt == TimePoint::min() || now() - seenAt >= kDaemonInterval) {
        co_await announce(id);
        seenAt = now();
      }
      const auto wakesSeen = m_wakes;
      const auto taken =
          co_await m_store.run([id](store::Transaction& tx) { return store::acquireJob(tx, id, wallNow()); });
      if (!taken) log::error("take a job: {}", taken.error().message());
      if (taken && *taken) {
        co_await runJob(**taken);
      } else if (!m_isStopping && m_wakes == wakesSeen) {
        (void)co_await m_changed.waitUntil(now() + kPollInterval);
      }
    }
  }

  // The worker as the lists of provisioners show it.
  Task<void> announce(WorkerId id) {
    (void)co_await m_store.run([id, version = m_options.version](store::Transaction& tx) -> Result<void> {
      TRY_ASSIGN(const auto organization, store::getDefaultOrganization(tx));
      store::ProvisionerDaemonRecord daemon;
      daemon.id = id;
      daemon.organizationId = organization.id;
      daemon.createdAt = wallNow();
      daemon.lastSeenAt = daemon.createdAt;
      daemon.name = "berth-" + id.toString().substr(0, 8);
      daemon.version = version;
      daemon.apiVersion = kApiVersion;
      daemon.provisioners = {"terraform"};
      daemon.tags = {{"scope", "organization"}, {"owner", ""}};
      return store::putProvisionerDaemon(tx, daemon);
    });
  }

  std::shared_ptr<JobLog> makeLog(JobId job) {
    return std::make_shared<JobLog>(m_executor, m_store, job, [weak = weak_from_this(), job] {
      if (const auto self = weak.lock(); self && self->m_events.onJobLog) self->m_events.onJobLog(job);
    });
  }

  Task<void> runJob(store::JobRecord job) {
    auto control = std::make_shared<JobControl>(m_executor);
    m_running[job.id] = control;
    if (m_isStopping) control->stop(JobControl::Reason::Shutdown);
    tellChanged(job.id);
    auto log = makeLog(job.id);
    spawn([](std::shared_ptr<Impl> self, JobId id) -> Task<void> { co_await self->beat(id); }(shared_from_this(),
                                                                                              job.id));
    auto ready = co_await settings();
    if (ready) {
      JobRunner runner(m_store, *ready, job, control, log);
      co_await runner.run();
    } else {
      (void)co_await m_store.run([job, reason = ready.error().message()](store::Transaction& tx) {
        return failJob(tx, job, reason, {}, wallNow());
      });
    }
    m_running.erase(job.id);
    m_changed.notify();
    tellChanged(job.id);
  }

  // Says that the job is alive, and notices a cancel that only stands in the row.
  Task<void> beat(JobId id) {
    while (m_running.contains(id)) {
      (void)co_await m_changed.waitUntil(now() + kHeartbeatInterval);
      if (!m_running.contains(id) || now() - m_beatAt[id] < kHeartbeatInterval) continue;
      m_beatAt[id] = now();
      const auto row = co_await m_store.run([id](store::Transaction& tx) -> Result<store::JobRecord> {
        TRY(store::touchJob(tx, id, wallNow()));
        return store::getJob(tx, id);
      });
      if (row && row->canceledAt) cancel(id);
    }
    m_beatAt.erase(id);
  }

  void tellChanged(JobId id) {
    if (m_events.onJobChanged) m_events.onJobChanged(id);
  }

  asio::any_io_executor m_executor;
  store::Store& m_store;
  WorkerOptions m_options;
  WorkerEvents m_events;
  Notifier m_changed;
  std::shared_ptr<const JobSettings> m_settings;
  std::map<JobId, std::shared_ptr<JobControl>> m_running;
  std::map<JobId, TimePoint> m_beatAt;
  int m_activity = 0;
  std::uint64_t m_wakes = 0;  // a job inserted while a worker was looking must not wait for the next poll
  bool m_isStopping = false;
};

Worker::Worker(asio::any_io_executor executor, store::Store& store, WorkerOptions options, WorkerEvents events)
    : m_impl(std::make_shared<Impl>(std::move(executor), store, std::move(options), std::move(events))) {}

Worker::~Worker() { m_impl->forgetEvents(); }

void Worker::start() { m_impl->start(); }
void Worker::wake() { m_impl->wake(); }
void Worker::cancel(JobId job) { m_impl->cancel(job); }
Task<void> Worker::stop() { return m_impl->stop(); }

}  // namespace berth::provision

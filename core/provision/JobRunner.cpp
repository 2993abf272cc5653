#include "core/provision/JobRunner.h"

#include "core/base/Log.h"
#include "core/provision/Derive.h"
#include "core/provision/Files.h"
#include "core/provision/Rescue.h"
#include "core/provision/Timings.h"
#include "core/store/Jobs.h"

namespace berth::provision {

namespace {

// Stage names as stock clients know them.
constexpr std::string_view kSettingUp = "Setting up";
constexpr std::string_view kInitializing = "Initializing Terraform Directory";
constexpr std::string_view kPlanning = "Planning Infrastructure";
constexpr std::string_view kCleaningUp = "Cleaning Up";

WallTime wallNow() { return SystemClock().wallNow(); }

std::string hashOf(const std::vector<ArchiveEntry>& files) {
  std::string text;
  for (const auto& file : files) text += std::format("{}\n{}\n", file.path, sha256Hex(file.content));
  return sha256Hex(text);
}

std::string_view stageOf(Transition transition) {
  switch (transition) {
    case Transition::Stop: return "Stopping workspace";
    case Transition::Delete: return "Destroying workspace";
    case Transition::Start:
    case Transition::Unknown: break;
  }
  return "Starting workspace";
}

std::vector<std::string> concat(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

std::vector<std::string> variableArguments(const std::vector<store::TemplateVersionVariableRecord>& variables) {
  std::vector<std::string> arguments;
  for (const auto& variable : variables)
    if (!variable.value.empty() || variable.required) {
      arguments.emplace_back("-var");
      arguments.push_back(std::format("{}={}", variable.name, variable.value));
    }
  return arguments;
}

JobRunner::JobRunner(store::Store& store, std::shared_ptr<const JobSettings> settings, store::JobRecord job,
                     std::shared_ptr<JobControl> control, std::shared_ptr<JobLog> log)
    : m_store(store),
      m_settings(std::move(settings)),
      m_job(std::move(job)),
      m_control(control),
      m_log(std::move(log)),
      m_directory(m_settings->jobsDirectory, m_job.id),
      m_tofu(m_settings->tool, std::move(control)) {}

Task<void> JobRunner::run() {
  m_log->begin(kSettingUp);
  auto outcome = co_await runGuarded();
  if (m_control->isAbandoned()) co_return co_await m_log->flush();
  co_await end(std::move(outcome));
  m_directory.remove();
}

// An exception is a defect, but not one for which the job should hang and its worker be lost.
Task<Result<void>> JobRunner::runGuarded() {
  try {
    if (m_job.type == JobType::TemplateVersionImport) co_return co_await runImport();
    if (m_job.type == JobType::WorkspaceBuild) co_return co_await runBuild();
    if (m_job.type == JobType::TemplateVersionDryRun) co_return co_await runDryRun();
  } catch (const std::exception& e) {
    co_return fail(ErrorCode::Internal, std::format("unexpected failure: {}", e.what()));
  }
  co_return fail(ErrorCode::Unsupported, "unknown kind of job");
}

// The result is stored already when all went well. Who follows the log stops reading when the job has ended, so the
// lines that say why go first.
Task<void> JobRunner::end(Result<void> outcome) {
  co_await m_log->flush();
  if (!outcome) {
    auto state = m_directory.work().readState();
    if (!state) log::error("state of job {}: {}", m_job.id.toString(), state.error().message());
    const auto failed =
        co_await m_store.run([job = m_job, reason = outcome.error().message(), text = state.value_or("")](
                                 store::Transaction& tx) { return failJob(tx, job, reason, text, wallNow()); });
    if (!failed) log::error("end job {}: {}", m_job.id.toString(), failed.error().message());
  }
}

Task<Result<JobRunner::Prepared>> JobRunner::prepare(std::vector<ArchiveEntry> files, bool mayReuseModules) {
  CO_TRY_ASSIGN(auto facts, readTemplate(files));
  CO_TRY_ASSIGN(const auto directory, m_directory.create(files));
  Prepared prepared{directory, std::move(facts), {}, false};
  prepared.key =
      PreparedDirectories::keyOf(prepared.facts, hashOf(files), m_settings->tool, m_settings->providerMirror);
  // An import asks the registries anew for modules; builds of the version then use what it found.
  if (mayReuseModules || !prepared.facts.hasModules) {
    CO_TRY_ASSIGN(prepared.wasRestored, m_settings->prepared.restore(prepared.key, directory));
  }
  if (prepared.wasRestored) {
    m_log->add(kInitializing, LogLevel::Info, "Providers are prepared already.");
  } else {
    CO_TRY(co_await initialise(prepared));
  }
  co_return prepared;
}

Task<Result<void>> JobRunner::initialise(Prepared& prepared) {
  std::vector<std::string> warnings;
  if (!prepared.facts.lockFile.empty()) {
    const auto lock = adaptLockFile(prepared.facts.lockFile, m_settings->providerMirror, warnings);
    CO_TRY(writeFile(prepared.directory.lockFile(), lock));
  }
  for (const auto& warning : warnings) m_log->add(kInitializing, LogLevel::Warn, warning);
  TofuCommand command{{"init", "-no-color", "-input=false"}, m_settings->initEnvironment};
  if (isVersionAtLeast(m_settings->tool.version, "1.9.0")) command.arguments.emplace_back("-json");
  CO_TRY(co_await m_tofu.run(prepared.directory, command,
                             [this](const TofuEvent& event) { m_log->addAll(kInitializing, event); }));
  prepared.wasRestored = false;
  // A template without providers has no lock file.
  const auto lock = readFile(prepared.directory.lockFile(), kMaxStateBytes);
  if (!lock) co_return Result<void>();
  CO_TRY(writeFile(prepared.directory.lockFile(), withoutHashes(*lock)));
  if (auto kept = m_settings->prepared.keep(prepared.key, prepared.directory); !kept)
    log::warning("keep prepared providers: {}", kept.error().message());
  co_return Result<void>();
}

Task<Result<void>> JobRunner::repair(Prepared& prepared) {
  m_settings->prepared.forget(prepared.key);
  std::error_code ignored;
  std::filesystem::remove_all(prepared.directory.path / ".terraform", ignored);
  std::filesystem::remove(prepared.directory.lockFile(), ignored);
  co_return co_await initialise(prepared);
}

Task<Result<JobRunner::Plan>> JobRunner::plan(WorkDirectory directory, LocalReferences locals,
                                              std::vector<std::string> environment, std::vector<std::string> variables,
                                              std::string stage, LogSink& sink) {
  TofuCommand command{
      concat({"plan", "-no-color", "-input=false", "-json", "-lock=false", "-out=terraform.tfplan"}, variables),
      std::move(environment)};
  CO_TRY(
      co_await m_tofu.run(directory, command, [&sink, &stage](const TofuEvent& event) { sink.addAll(stage, event); }));
  Plan plan;
  TofuCommand show{{"show", "-json", "-no-color", "terraform.tfplan"}, m_settings->environment};
  CO_TRY_ASSIGN(plan.json, co_await m_tofu.capture(directory, show));
  CO_TRY_ASSIGN(const auto snapshot, readPlan(plan.json, locals));
  CO_TRY_ASSIGN(plan.derived, derive(snapshot));
  co_return plan;
}

Task<Result<JobRunner::Plan>> JobRunner::planOrRepair(Prepared& prepared, std::vector<std::string> environment,
                                                      std::vector<std::string> variables, std::string stage) {
  // Lines of an attempt that only shows that `init` must run would mislead.
  BufferedLog attempt;
  auto planned = co_await plan(prepared.directory, prepared.facts.locals, environment, variables, stage,
                               prepared.wasRestored ? static_cast<LogSink&>(attempt) : *m_log);
  if (prepared.wasRestored && !planned && asksForInit(planned.error().message())) {
    CO_TRY(co_await repair(prepared));
    co_return co_await plan(prepared.directory, prepared.facts.locals, environment, variables, stage, *m_log);
  }
  attempt.moveTo(*m_log);
  co_return planned;
}

Task<Result<void>> JobRunner::runDryRun() {
  const auto job = m_job;
  const auto url = m_settings->accessUrl;
  CO_TRY_ASSIGN(auto input,
                co_await m_store.run([job, url](store::Transaction& tx) { return loadDryRun(tx, job, url); }));
  CO_TRY_ASSIGN(auto prepared, co_await prepare(std::move(input.files), true));
  m_log->begin(kPlanning);
  auto environment = workspaceEnvironment(m_settings->environment, input.workspace, input.parameters, {});
  CO_TRY_ASSIGN(auto planned, co_await planOrRepair(prepared, std::move(environment),
                                                    variableArguments(input.variables), std::string(kPlanning)));
  m_log->begin(kCleaningUp);
  co_await m_log->flush();
  co_return co_await m_store.run([job, derived = std::move(planned.derived)](store::Transaction& tx) {
    return completeDryRun(tx, job, derived, wallNow());
  });
}

std::vector<std::string> JobRunner::applyArguments(const BuildInput& input) const {
  std::vector<std::string> arguments = {"apply", "-no-color", "-auto-approve", "-input=false", "-json", "-lock=false"};
  if (input.build.transition == Transition::Delete) arguments.emplace_back("-destroy");
  return concat(std::move(arguments), variableArguments(input.variables));
}

// Plan and apply in one command: each further one starts every provider three times (9.7).
Task<Result<void>> JobRunner::apply(Prepared& prepared, const BuildInput& input) {
  const TofuCommand command{applyArguments(input), workspaceEnvironment(m_settings->environment, input.workspace,
                                                                        input.parameters, input.previousParameters)};
  BufferedLog attempt;
  Timings timings(m_job.id);
  struct Progress {
    LogSink* sink;
    std::string_view stage;
  } progress{prepared.wasRestored ? static_cast<LogSink*>(&attempt) : m_log.get(), kPlanning};
  const auto onEvent = [&](const TofuEvent& event) {
    // As soon as the plan goes on, the prepared directory has proved good.
    if (event.type == "refresh_start" || event.type == "planned_change" || event.type == "apply_start" ||
        event.type == "change_summary") {
      attempt.moveTo(*m_log);
      progress.sink = m_log.get();
    }
    progress.sink->addAll(progress.stage, event);
    timings.onEvent(event, wallNow());
    if (event.type == "change_summary" && event.operation == "plan" && progress.stage == kPlanning) {
      progress.stage = stageOf(input.build.transition);
      m_log->begin(progress.stage);
    }
  };
  m_log->begin(kPlanning);
  auto applied = co_await m_tofu.run(prepared.directory, command, onEvent);
  if (prepared.wasRestored && !applied && progress.sink == &attempt && asksForInit(applied.error().message())) {
    CO_TRY(co_await repair(prepared));
    progress.sink = m_log.get();
    applied = co_await m_tofu.run(prepared.directory, command, onEvent);
  } else {
    attempt.moveTo(*m_log);
  }
  if (!m_control->isAbandoned()) {
    if (!applied) co_await rescue();
    (void)co_await m_store.run([records = timings.take()](store::Transaction& tx) -> Result<void> {
      for (const auto& record : records) TRY(store::insertJobTiming(tx, record));
      return {};
    });
  }
  co_return applied;
}

Task<Result<void>> JobRunner::runBuild() {
  const auto job = m_job;
  const auto url = m_settings->accessUrl;
  CO_TRY_ASSIGN(const auto input, co_await m_store.run([job, url](store::Transaction& tx) {
    return loadBuild(tx, job, url, wallNow());
  }));
  std::string state;
  if (input.build.transition == Transition::Delete && input.state.empty()) {
    m_log->begin(stageOf(Transition::Delete));
    m_log->add(stageOf(Transition::Delete), LogLevel::Info,
               "The terraform state does not exist, there is nothing to do");
  } else {
    CO_TRY_ASSIGN(auto prepared, co_await prepare(input.files, true));
    CO_TRY(prepared.directory.writeState(input.state));
    CO_TRY(co_await apply(prepared, input));
    CO_TRY_ASSIGN(state, prepared.directory.readState());
  }
  CO_TRY_ASSIGN(const auto snapshot, readState(state));
  CO_TRY_ASSIGN(auto derived, derive(snapshot));
  if (derived.aiTaskCount > 1)
    co_return fail(ErrorCode::InvalidInput,
                   std::format("only one 'coder_ai_task' resource can be provisioned per template, found {}",
                               derived.aiTaskCount));
  m_log->begin(kCleaningUp);
  co_await m_log->flush();
  co_return co_await m_store.run(
      [job, build = input.build, derived = std::move(derived), state](store::Transaction& tx) {
        return completeBuild(tx, job, build, derived, state, wallNow());
      });
}

Task<void> JobRunner::rescue() {
  if (const auto done = co_await importLost(); !done) {
    log::error("job {}: {}", m_job.id.toString(), done.error().message());
    m_log->add(kCleaningUp, LogLevel::Error, done.error().message());
  }
  co_await m_log->flush();
}

Task<Result<void>> JobRunner::importLost() {
  const auto work = m_directory.work();
  const auto output = readFile(work.output(), kMaxStateBytes);
  if (m_job.type != JobType::WorkspaceBuild || !output) co_return Result<void>();
  CO_TRY_ASSIGN(const auto state, work.readState());
  CO_TRY_ASSIGN(const auto lost, lostResources(*output, state));
  if (lost.empty()) co_return Result<void>();

  const auto job = m_job;
  const auto url = m_settings->accessUrl;
  CO_TRY_ASSIGN(const auto input, co_await m_store.run([job, url](store::Transaction& tx) {
    return loadBuild(tx, job, url, wallNow());
  }));
  CO_TRY_ASSIGN(const auto rest, withoutAddresses(state, lost));
  CO_TRY(work.writeState(rest));
  const auto environment =
      workspaceEnvironment(m_settings->environment, input.workspace, input.parameters, input.previousParameters);
  // The job's own control may say stop already.
  TofuRun tofu(m_settings->tool, std::make_shared<JobControl>(co_await asio::this_coro::executor));
  for (const auto& resource : lost) {
    m_log->add(
        kCleaningUp, LogLevel::Warn,
        std::format("{} [id={}] was made but not recorded: adding it to the state", resource.address, resource.id));
    const TofuCommand command{
        concat(concat({"import", "-no-color", "-input=false", "-lock=false"}, variableArguments(input.variables)),
               {resource.address, resource.id}),
        environment};
    CO_TRY(co_await tofu.run(work, command, {}));
  }
  co_return Result<void>();
}

}  // namespace berth::provision

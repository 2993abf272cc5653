// Runs one job from its row to its result: import, build or dry run (reference/provisioning.md 1.8, 1.9, 3.4).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Task.h"
#include "core/provision/JobDirectory.h"
#include "core/provision/JobLog.h"
#include "core/provision/JobRecords.h"
#include "core/provision/Prepared.h"
#include "core/provision/TofuRun.h"
#include "core/provision/Worker.h"

namespace berth::provision {

// What all jobs of a worker share; constant while jobs run.
struct JobSettings {
  Tool tool;
  std::filesystem::path jobsDirectory;
  std::filesystem::path providerMirror;
  std::string accessUrl;
  std::vector<std::string> environment;      // base, for all commands
  std::vector<std::string> initEnvironment;  // base with the plugin cache
  PreparedDirectories prepared;
};

class JobRunner {
 public:
  JobRunner(store::Store& store, std::shared_ptr<const JobSettings> settings, store::JobRecord job,
            std::shared_ptr<JobControl> control, std::shared_ptr<JobLog> log);

  // Ends the job in the store, whatever happens; only a job that was abandoned stays as it is.
  Task<void> run();

  // After OpenTofu was killed in an apply: imports what it had made but not written down (Rescue.h), so that a later
  // delete finds it. Problems are logged.
  Task<void> rescue();

 private:
  // A directory that is ready for plan and apply, and how it got there.
  struct Prepared {
    WorkDirectory directory;
    TemplateFacts facts;
    std::string key;
    bool wasRestored = false;
  };
  struct Plan {
    std::string json;
    Derived derived;
  };
  using Variables = std::vector<store::TemplateVersionVariableRecord>;

  Task<Result<void>> runGuarded();
  Task<Result<void>> runImport();
  Task<Result<void>> runBuild();
  Task<Result<void>> runDryRun();

  Task<Result<Prepared>> prepare(std::vector<ArchiveEntry> files, bool mayReuseModules);
  Task<Result<void>> initialise(Prepared& prepared);
  Task<Result<void>> repair(Prepared& prepared);
  Task<Result<Plan>> plan(WorkDirectory directory, LocalReferences locals, std::vector<std::string> environment,
                          std::vector<std::string> variables, std::string stage, LogSink& sink);
  Task<Result<Plan>> planOrRepair(Prepared& prepared, std::vector<std::string> environment,
                                  std::vector<std::string> variables, std::string stage);
  Task<Result<ImportResult>> planBoth(Prepared& prepared, std::vector<ArchiveEntry> files,
                                      std::vector<std::string> variables);
  Variables variablesOf(const TemplateFacts& facts) const;
  Task<Result<void>> importLost();
  Task<Result<void>> apply(Prepared& prepared, const BuildInput& input);
  std::vector<std::string> applyArguments(const BuildInput& input) const;
  Task<void> end(Result<void> outcome);

  store::Store& m_store;
  std::shared_ptr<const JobSettings> m_settings;
  store::JobRecord m_job;
  std::shared_ptr<JobControl> m_control;
  std::shared_ptr<JobLog> m_log;
  JobDirectory m_directory;
  TofuRun m_tofu;
};

// -var for each value that is given or required (1.7).
std::vector<std::string> variableArguments(const std::vector<store::TemplateVersionVariableRecord>& variables);

}  // namespace berth::provision

// What a job needs from the store, and what it leaves there.
#pragma once

#include <string>
#include <vector>

#include "core/base/Error.h"
#include "core/provision/Archive.h"
#include "core/provision/Environment.h"
#include "core/provision/Model.h"
#include "core/store/Store.h"

namespace berth::provision {

// The template's files of a job.
Result<std::vector<ArchiveEntry>> loadFiles(store::Transaction& tx, FileId file);

// Everything about the build that a job makes (reference/provisioning.md 3.3).
struct BuildInput {
  store::BuildRecord build;
  std::vector<ArchiveEntry> files;
  WorkspaceEnvironment workspace;
  store::TextMap parameters, previousParameters;
  std::vector<store::TemplateVersionVariableRecord> variables;
  std::string state;
};
// Gives the owner a new session token when the workspace is started, and takes it away otherwise.
Result<BuildInput> loadBuild(store::Transaction& tx, const store::JobRecord& job, const std::string& accessUrl,
                             WallTime now);

struct DryRunInput {
  std::vector<ArchiveEntry> files;
  WorkspaceEnvironment workspace;
  store::TextMap parameters;
  std::vector<store::TemplateVersionVariableRecord> variables;
};
Result<DryRunInput> loadDryRun(store::Transaction& tx, const store::JobRecord& job, const std::string& accessUrl);

struct ImportResult {
  Derived start;
  Derived stop;
  std::string startPlan;  // JSON
};

// Variables with their values, and the README, as soon as they are known (1.7).
Result<void> storeTemplateFacts(store::Transaction& tx, TemplateVersionId version, const std::string& readme,
                                const std::vector<store::TemplateVersionVariableRecord>& variables, WallTime now);
Result<void> completeImport(store::Transaction& tx, const store::JobRecord& job, TemplateVersionId version,
                            const ImportResult& result, WallTime now);
Result<void> completeDryRun(store::Transaction& tx, const store::JobRecord& job, const Derived& derived, WallTime now);
// 3.6. Empties the workspace's older agents; on delete marks the workspace deleted.
Result<void> completeBuild(store::Transaction& tx, const store::JobRecord& job, const store::BuildRecord& build,
                           const Derived& derived, const std::string& state, WallTime now);

// Ends a job with a reason. A build's state is replaced by `state` unless that is empty.
Result<void> failJob(store::Transaction& tx, const store::JobRecord& job, const std::string& reason,
                     const std::string& state, WallTime now);

}  // namespace berth::provision

// Workspace builds, their parameters, and the Terraform state that each build owns a full copy of
// (reference/provisioning.md 3.1, 3.5).
#pragma once

#include <string_view>
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::store {

// Inserts with the state that the build starts from. AlreadyExists: the number is taken (two builds at once).
Result<void> insertBuild(Transaction& tx, const BuildRecord& build, ByteView state);
Result<void> updateBuild(Transaction& tx, const BuildRecord& build);  // all columns but the state
Result<BuildRecord> getBuild(Transaction& tx, BuildId id);
Result<std::optional<BuildRecord>> findBuild(Transaction& tx, BuildId id);
Result<std::optional<BuildRecord>> findBuildByJob(Transaction& tx, JobId job);
Result<std::optional<BuildRecord>> findBuildByNumber(Transaction& tx, WorkspaceId workspace, std::int64_t number);
Result<std::optional<BuildRecord>> findLatestBuild(Transaction& tx, WorkspaceId workspace);
Result<std::vector<BuildRecord>> listBuilds(Transaction& tx, WorkspaceId workspace);  // newest first
// The latest build of every live workspace.
Result<std::vector<BuildRecord>> listLatestBuilds(Transaction& tx);

Result<Bytes> getBuildState(Transaction& tx, BuildId id);
Result<void> setBuildState(Transaction& tx, BuildId id, ByteView state, WallTime now);

Result<void> insertBuildParameter(Transaction& tx, const BuildParameterRecord& parameter);
Result<std::vector<BuildParameterRecord>> listBuildParameters(Transaction& tx, BuildId build);  // by name

}  // namespace berth::store

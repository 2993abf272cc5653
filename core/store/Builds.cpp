#include "core/store/Builds.h"

#include "core/store/Sql.h"

namespace berth::store {

namespace {

const Query kInsert = insertQuery<BuildRecord>("workspace_builds");
const Query kUpdate = updateQuery<BuildRecord>("workspace_builds");
const Query kById = selectQuery<BuildRecord>("build", "workspace_builds", "WHERE id = ?");
const Query kByJob = selectQuery<BuildRecord>("build by job", "workspace_builds", "WHERE job_id = ?");
const Query kByNumber =
    selectQuery<BuildRecord>("build by number", "workspace_builds", "WHERE workspace_id = ? AND build_number = ?");
const Query kOfWorkspace =
    selectQuery<BuildRecord>("list builds", "workspace_builds", "WHERE workspace_id = ? ORDER BY build_number DESC");
const Query kLatest = selectQuery<BuildRecord>("latest build", "workspace_builds",
                                               "WHERE workspace_id = ? ORDER BY build_number DESC LIMIT 1");
const Query kLatestOfAll = selectQuery<BuildRecord>(
    "list latest builds", "workspace_builds b",
    "JOIN workspaces w ON w.id = b.workspace_id WHERE w.deleted = 0 AND b.build_number = "
    "(SELECT max(build_number) FROM workspace_builds WHERE workspace_id = w.id) ORDER BY lower(w.name), w.id");

const Query kInsertState{.name = "insert build state",
                         .text = "INSERT INTO workspace_build_states (build_id, state) VALUES (?, ?)"};
const Query kSetState{.name = "set build state",
                      .text = "UPDATE workspace_build_states SET state = ? WHERE build_id = ?"};
const Query kTouch{.name = "touch build", .text = "UPDATE workspace_builds SET updated_at = ? WHERE id = ?"};
const Query kState{.name = "build state", .text = "SELECT state FROM workspace_build_states WHERE build_id = ?"};

const Query kInsertParameter = insertQuery<BuildParameterRecord>("workspace_build_parameters");
const Query kParameters = selectQuery<BuildParameterRecord>("list build parameters", "workspace_build_parameters",
                                                            "WHERE build_id = ? ORDER BY name");

}  // namespace

Result<void> insertBuild(Transaction& tx, const BuildRecord& build, ByteView state) {
  TRY(insertRow(tx, kInsert, build));
  return writeOne(tx, kInsertState, build.id, toBytes(state));
}
Result<void> updateBuild(Transaction& tx, const BuildRecord& build) { return updateRow(tx, kUpdate, build); }
Result<BuildRecord> getBuild(Transaction& tx, BuildId id) { return getRow<BuildRecord>(tx, kById, id); }
Result<std::optional<BuildRecord>> findBuild(Transaction& tx, BuildId id) {
  return findRow<BuildRecord>(tx, kById, id);
}
Result<std::optional<BuildRecord>> findBuildByJob(Transaction& tx, JobId job) {
  return findRow<BuildRecord>(tx, kByJob, job);
}
Result<std::optional<BuildRecord>> findBuildByNumber(Transaction& tx, WorkspaceId workspace, std::int64_t number) {
  return findRow<BuildRecord>(tx, kByNumber, workspace, number);
}
Result<std::optional<BuildRecord>> findLatestBuild(Transaction& tx, WorkspaceId workspace) {
  return findRow<BuildRecord>(tx, kLatest, workspace);
}
Result<std::vector<BuildRecord>> listBuilds(Transaction& tx, WorkspaceId workspace) {
  return listRows<BuildRecord>(tx, kOfWorkspace, workspace);
}
Result<std::vector<BuildRecord>> listLatestBuilds(Transaction& tx) { return listRows<BuildRecord>(tx, kLatestOfAll); }

Result<Bytes> getBuildState(Transaction& tx, BuildId id) {
  TRY_ASSIGN(auto state, findValue<Bytes>(tx, kState, id));
  if (!state) return fail(ErrorCode::NotFound, "build state: no such build");
  return *std::move(state);
}
Result<void> setBuildState(Transaction& tx, BuildId id, ByteView state, WallTime now) {
  TRY(writeOne(tx, kSetState, toBytes(state), id));
  return writeOne(tx, kTouch, now, id);
}

Result<void> insertBuildParameter(Transaction& tx, const BuildParameterRecord& parameter) {
  return insertRow(tx, kInsertParameter, parameter);
}
Result<std::vector<BuildParameterRecord>> listBuildParameters(Transaction& tx, BuildId build) {
  return listRows<BuildParameterRecord>(tx, kParameters, build);
}

}  // namespace berth::store

#include "core/store/Apps.h"

#include "core/store/Sql.h"
#include "core/store/Workspaces.h"

namespace berth::store {

namespace {

const Query kPut = upsertQuery<AppRecord>("workspace_apps", {"id"});
const Query kById = selectQuery<AppRecord>("app", "workspace_apps", "WHERE id = ?");
const Query kOfAgent = selectQuery<AppRecord>("list apps", "workspace_apps",
                                              "WHERE agent_id = ? ORDER BY display_order, display_name, slug");
const Query kBySlug = selectQuery<AppRecord>("app by slug", "workspace_apps", "WHERE agent_id = ? AND slug = ?");
const Query kSetHealth{.name = "set app health", .text = "UPDATE workspace_apps SET health = ? WHERE id = ?"};

const Query kInsertStatus = insertQuery<AppStatusRecord>("workspace_app_statuses");
const Query kStatuses = selectQuery<AppStatusRecord>("list app statuses", "workspace_app_statuses",
                                                     "WHERE app_id = ? ORDER BY created_at DESC, id");
const Query kLatestStatus = selectQuery<AppStatusRecord>("latest app status", "workspace_app_statuses",
                                                         "WHERE workspace_id = ? ORDER BY created_at DESC, id LIMIT 1");

}  // namespace

Result<void> putApp(Transaction& tx, const AppRecord& app) {
  TRY_ASSIGN(const auto existing, findRow<AppRecord>(tx, kById, app.id));
  if (existing && existing->agentId != app.agentId) {
    TRY_ASSIGN(const auto before, findWorkspaceOfAgent(tx, existing->agentId));
    TRY_ASSIGN(const auto after, findWorkspaceOfAgent(tx, app.agentId));
    if (!before || !after || before->id != after->id)
      return fail(ErrorCode::Conflict, std::format("app id {} belongs to another workspace", app.id.toString()));
  }
  return insertRow(tx, kPut, app);
}
Result<std::vector<AppRecord>> listApps(Transaction& tx, AgentId agent) {
  return listRows<AppRecord>(tx, kOfAgent, agent);
}
Result<std::optional<AppRecord>> findAppBySlug(Transaction& tx, AgentId agent, std::string_view slug) {
  return findRow<AppRecord>(tx, kBySlug, agent, slug);
}
Result<void> setAppHealth(Transaction& tx, AppId id, AppHealth health) { return writeOne(tx, kSetHealth, health, id); }

Result<void> insertAppStatus(Transaction& tx, const AppStatusRecord& status) {
  return insertRow(tx, kInsertStatus, status);
}
Result<std::vector<AppStatusRecord>> listAppStatuses(Transaction& tx, AppId app) {
  return listRows<AppStatusRecord>(tx, kStatuses, app);
}
Result<std::optional<AppStatusRecord>> findLatestAppStatus(Transaction& tx, WorkspaceId workspace) {
  return findRow<AppStatusRecord>(tx, kLatestStatus, workspace);
}

}  // namespace berth::store

// Apps of agents and the statuses that they report.
#pragma once

#include <string_view>
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::store {

// Stores or replaces by id. Conflict: the id belongs to an app of another workspace (reference/provisioning.md 3.6).
Result<void> putApp(Transaction& tx, const AppRecord& app);
Result<std::vector<AppRecord>> listApps(Transaction& tx, AgentId agent);  // by displayOrder, displayName, slug
Result<std::optional<AppRecord>> findAppBySlug(Transaction& tx, AgentId agent, std::string_view slug);
Result<void> setAppHealth(Transaction& tx, AppId id, AppHealth health);  // NotFound

Result<void> insertAppStatus(Transaction& tx, const AppStatusRecord& status);
Result<std::vector<AppStatusRecord>> listAppStatuses(Transaction& tx, AppId app);  // newest first
Result<std::optional<AppStatusRecord>> findLatestAppStatus(Transaction& tx, WorkspaceId workspace);

}  // namespace berth::store

// Workspaces (reference/rest-api.md 4.1 to 4.7).
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/api/Builds.h"

namespace berth::api {

struct WorkspaceHealth {
  bool healthy = true;
  std::vector<AgentId> failing_agents;
};
BOOST_DESCRIBE_STRUCT(WorkspaceHealth, (), (healthy, failing_agents))

struct SharedActor {
  Uuid id;
  std::string actor_type, name;
  std::optional<std::string> avatar_url;
  std::vector<std::string> roles;
};
BOOST_DESCRIBE_STRUCT(SharedActor, (), (id, actor_type, name, avatar_url, roles))

struct Workspace {
  WorkspaceId id;
  WallTime created_at = kNoTime;
  WallTime updated_at = kNoTime;
  UserId owner_id;
  std::string owner_name, owner_avatar_url;
  OrganizationId organization_id;
  std::string organization_name;
  TemplateId template_id;
  std::string template_name, template_display_name, template_icon;
  bool template_allow_user_cancel_workspace_jobs = false;
  TemplateVersionId template_active_version_id;
  bool template_require_active_version = false;
  bool template_use_classic_parameter_flow = false;
  WorkspaceBuild latest_build;
  Nullable<AppStatus> latest_app_status;
  bool outdated = false;
  std::string name;
  std::optional<std::string> autostart_schedule;
  std::optional<std::int64_t> ttl_ms;
  WallTime last_used_at = kNoTime;
  Nullable<WallTime> deleting_at, dormant_at;
  WorkspaceHealth health;
  AutomaticUpdates automatic_updates = AutomaticUpdates::Never;
  bool allow_renames = false;
  bool favorite = false;
  Nullable<WallTime> next_start_at;
  bool is_prebuild = false;
  Nullable<Uuid> task_id;
  std::optional<std::vector<SharedActor>> shared_with;
};
BOOST_DESCRIBE_STRUCT(Workspace, (),
                      (id, created_at, updated_at, owner_id, owner_name, owner_avatar_url, organization_id,
                       organization_name, template_id, template_name, template_display_name, template_icon,
                       template_allow_user_cancel_workspace_jobs, template_active_version_id,
                       template_require_active_version, template_use_classic_parameter_flow, latest_build,
                       latest_app_status, outdated, name, autostart_schedule, ttl_ms, last_used_at, deleting_at,
                       dormant_at, health, automatic_updates, allow_renames, favorite, next_start_at, is_prebuild,
                       task_id, shared_with))

struct WorkspacesResponse {
  std::vector<Workspace> workspaces;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(WorkspacesResponse, (), (workspaces, count))

struct CreateWorkspaceRequest {
  std::optional<TemplateId> template_id;                 // the nil UUID stands for none
  std::optional<TemplateVersionId> template_version_id;  // the nil UUID stands for none
  std::string name;
  std::optional<std::string> autostart_schedule;
  std::optional<std::int64_t> ttl_ms;
  std::optional<std::vector<ParameterValue>> rich_parameter_values;
  std::optional<AutomaticUpdates> automatic_updates;
  std::optional<PresetId> template_version_preset_id;
};
BOOST_DESCRIBE_STRUCT(CreateWorkspaceRequest, (),
                      (template_id, template_version_id, name, autostart_schedule, ttl_ms, rich_parameter_values,
                       automatic_updates, template_version_preset_id))

struct UpdateWorkspaceRequest {
  std::optional<std::string> name;
};
BOOST_DESCRIBE_STRUCT(UpdateWorkspaceRequest, (), (name))

struct UpdateWorkspaceAutostartRequest {
  Nullable<std::string> schedule;
};
BOOST_DESCRIBE_STRUCT(UpdateWorkspaceAutostartRequest, (), (schedule))

struct UpdateWorkspaceTtlRequest {
  Nullable<std::int64_t> ttl_ms;
};
BOOST_DESCRIBE_STRUCT(UpdateWorkspaceTtlRequest, (), (ttl_ms))

struct PutExtendWorkspaceRequest {
  WallTime deadline = kNoTime;
};
BOOST_DESCRIBE_STRUCT(PutExtendWorkspaceRequest, (), (deadline))

struct UpdateWorkspaceDormancy {
  bool dormant = false;
};
BOOST_DESCRIBE_STRUCT(UpdateWorkspaceDormancy, (), (dormant))

struct UpdateWorkspaceAutomaticUpdatesRequest {
  AutomaticUpdates automatic_updates = AutomaticUpdates::Unknown;
};
BOOST_DESCRIBE_STRUCT(UpdateWorkspaceAutomaticUpdatesRequest, (), (automatic_updates))

struct ResolveAutostartResponse {
  bool parameter_mismatch = false;
};
BOOST_DESCRIBE_STRUCT(ResolveAutostartResponse, (), (parameter_mismatch))

struct PostWorkspaceUsageRequest {
  std::optional<AgentId> agent_id;
  std::optional<std::string> app_name;
};
BOOST_DESCRIBE_STRUCT(PostWorkspaceUsageRequest, (), (agent_id, app_name))

struct PortShare {
  WorkspaceId workspace_id;
  std::string agent_name;
  std::int64_t port = 0;
  SharingLevel share_level = SharingLevel::Owner;
  std::string protocol;
};
BOOST_DESCRIBE_STRUCT(PortShare, (), (workspace_id, agent_name, port, share_level, protocol))

struct PortShares {
  std::vector<PortShare> shares;
};
BOOST_DESCRIBE_STRUCT(PortShares, (), (shares))

// One frame of watch-ws (1.9): `data` is a Workspace, an error or null.
struct ServerSentEvent {
  std::string type;  // data, error, ping
  RawJson data;
};
BOOST_DESCRIBE_STRUCT(ServerSentEvent, (), (type, data))

}  // namespace berth::api

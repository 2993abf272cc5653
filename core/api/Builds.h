// Workspace builds (reference/rest-api.md 4.9).
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/api/Agents.h"
#include "core/api/Parameters.h"
#include "core/api/ProvisionerJobs.h"

namespace berth::api {

struct WorkspaceBuild {
  BuildId id;
  WallTime created_at = kNoTime;
  WallTime updated_at = kNoTime;
  WorkspaceId workspace_id;
  std::string workspace_name;
  UserId workspace_owner_id;
  std::string workspace_owner_name;
  std::optional<std::string> workspace_owner_avatar_url;
  TemplateVersionId template_version_id;
  std::string template_version_name;
  std::int64_t build_number = 0;
  Transition transition = Transition::Start;
  UserId initiator_id;
  std::string initiator_name;
  ProvisionerJob job;
  std::string reason = "initiator";  // an open set
  std::vector<WorkspaceResource> resources;
  Nullable<WallTime> deadline, max_deadline;
  WorkspaceStatus status = WorkspaceStatus::Pending;
  std::int64_t daily_cost = 0;
  std::optional<MatchedProvisioners> matched_provisioners;
  Nullable<PresetId> template_version_preset_id;
  std::optional<bool> has_ai_task, has_external_agent;
};
BOOST_DESCRIBE_STRUCT(WorkspaceBuild, (),
                      (id, created_at, updated_at, workspace_id, workspace_name, workspace_owner_id,
                       workspace_owner_name, workspace_owner_avatar_url, template_version_id, template_version_name,
                       build_number, transition, initiator_id, initiator_name, job, reason, resources, deadline,
                       max_deadline, status, daily_cost, matched_provisioners, template_version_preset_id, has_ai_task,
                       has_external_agent))

struct FollowUpBuild {
  std::optional<TemplateVersionId> template_version_id;
  Transition transition = Transition::Unknown;
  std::optional<std::vector<ParameterValue>> rich_parameter_values;
  std::optional<PresetId> template_version_preset_id;
};
BOOST_DESCRIBE_STRUCT(FollowUpBuild, (),
                      (template_version_id, transition, rich_parameter_values, template_version_preset_id))

struct CreateWorkspaceBuildRequest {
  std::optional<TemplateVersionId> template_version_id;  // the nil UUID stands for none
  Transition transition = Transition::Unknown;
  std::optional<bool> dry_run;
  std::optional<std::string> state;  // base64
  std::optional<bool> orphan;
  std::optional<std::vector<ParameterValue>> rich_parameter_values;
  std::optional<std::string> log_level;
  std::optional<PresetId> template_version_preset_id;
  std::optional<std::string> reason;
  std::optional<FollowUpBuild> on_success;
};
BOOST_DESCRIBE_STRUCT(CreateWorkspaceBuildRequest, (),
                      (template_version_id, transition, dry_run, state, orphan, rich_parameter_values, log_level,
                       template_version_preset_id, reason, on_success))

struct ProvisionerTiming {
  JobId job_id;
  WallTime started_at = kNoTime;
  WallTime ended_at = kNoTime;
  std::string stage, source, action, resource;
};
BOOST_DESCRIBE_STRUCT(ProvisionerTiming, (), (job_id, started_at, ended_at, stage, source, action, resource))

struct AgentScriptTiming {
  WallTime started_at = kNoTime;
  WallTime ended_at = kNoTime;
  std::int64_t exit_code = 0;
  std::string stage, status, display_name, workspace_agent_id, workspace_agent_name;
};
BOOST_DESCRIBE_STRUCT(AgentScriptTiming, (),
                      (started_at, ended_at, exit_code, stage, status, display_name, workspace_agent_id,
                       workspace_agent_name))

struct AgentConnectionTiming {
  WallTime started_at = kNoTime;
  WallTime ended_at = kNoTime;
  std::string stage, workspace_agent_id, workspace_agent_name;
};
BOOST_DESCRIBE_STRUCT(AgentConnectionTiming, (),
                      (started_at, ended_at, stage, workspace_agent_id, workspace_agent_name))

struct WorkspaceBuildTimings {
  std::vector<ProvisionerTiming> provisioner_timings;
  std::vector<AgentScriptTiming> agent_script_timings;
  std::vector<AgentConnectionTiming> agent_connection_timings;
};
BOOST_DESCRIBE_STRUCT(WorkspaceBuildTimings, (), (provisioner_timings, agent_script_timings, agent_connection_timings))

struct UpdateBuildStateRequest {
  std::string state;  // base64
};
BOOST_DESCRIBE_STRUCT(UpdateBuildStateRequest, (), (state))

}  // namespace berth::api

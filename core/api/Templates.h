// Templates and files (reference/rest-api.md 3.3, 3.5).
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/api/Common.h"
#include "core/base/Clock.h"
#include "core/base/Enums.h"

namespace berth::api {

struct UploadResponse {
  std::string hash;  // the file's id, in spite of the name
};
BOOST_DESCRIBE_STRUCT(UploadResponse, (), (hash))

struct BuildTimeStats {
  Nullable<std::int64_t> P50, P95;  // milliseconds
};
BOOST_DESCRIBE_STRUCT(BuildTimeStats, (), (P50, P95))

struct AutostopRequirement {
  std::vector<std::string> days_of_week;
  std::int64_t weeks = 1;
};
BOOST_DESCRIBE_STRUCT(AutostopRequirement, (), (days_of_week, weeks))

struct AutostartRequirement {
  std::vector<std::string> days_of_week;
};
BOOST_DESCRIBE_STRUCT(AutostartRequirement, (), (days_of_week))

struct Template {
  TemplateId id;
  WallTime created_at = kNoTime;
  WallTime updated_at = kNoTime;
  OrganizationId organization_id;
  std::string organization_name, organization_display_name, organization_icon;
  std::string name, display_name;
  std::string provisioner = "terraform";
  TemplateVersionId active_version_id;
  std::int64_t active_user_count = 0;
  std::map<std::string, BuildTimeStats> build_time_stats;
  std::string description;
  bool deprecated = false;
  std::string deprecation_message;
  bool deleted = false;
  std::string icon;
  std::int64_t default_ttl_ms = 0;
  std::int64_t activity_bump_ms = 0;
  std::int64_t time_til_autostop_notify_ms = 0;
  AutostopRequirement autostop_requirement;
  AutostartRequirement autostart_requirement;
  UserId created_by_id;
  std::string created_by_name;
  bool allow_user_autostart = false;
  bool allow_user_autostop = false;
  bool allow_user_cancel_workspace_jobs = false;
  std::int64_t failure_ttl_ms = 0;
  std::int64_t time_til_dormant_ms = 0;
  std::int64_t time_til_dormant_autodelete_ms = 0;
  bool require_active_version = false;
  SharingLevel max_port_share_level = SharingLevel::Public;
  CorsBehavior cors_behavior = CorsBehavior::Simple;
  bool use_classic_parameter_flow = false;
  bool disable_module_cache = false;
};
BOOST_DESCRIBE_STRUCT(Template, (),
                      (id, created_at, updated_at, organization_id, organization_name, organization_display_name,
                       organization_icon, name, display_name, provisioner, active_version_id, active_user_count,
                       build_time_stats, description, deprecated, deprecation_message, deleted, icon, default_ttl_ms,
                       activity_bump_ms, time_til_autostop_notify_ms, autostop_requirement, autostart_requirement,
                       created_by_id, created_by_name, allow_user_autostart, allow_user_autostop,
                       allow_user_cancel_workspace_jobs, failure_ttl_ms, time_til_dormant_ms,
                       time_til_dormant_autodelete_ms, require_active_version, max_port_share_level, cors_behavior,
                       use_classic_parameter_flow, disable_module_cache))

struct CreateTemplateRequest {
  std::string name;
  std::optional<std::string> display_name, description, icon;
  TemplateVersionId template_version_id;
  std::optional<std::int64_t> default_ttl_ms, activity_bump_ms, time_til_autostop_notify_ms;
  std::optional<AutostopRequirement> autostop_requirement;
  std::optional<AutostartRequirement> autostart_requirement;
  Nullable<bool> allow_user_cancel_workspace_jobs;
  std::optional<bool> allow_user_autostart, allow_user_autostop;
  std::optional<std::int64_t> failure_ttl_ms, dormant_ttl_ms, delete_ttl_ms;
  bool disable_everyone_group_access = false;
  bool require_active_version = false;
  Nullable<SharingLevel> max_port_share_level;
  std::optional<bool> template_use_classic_parameter_flow;
  Nullable<CorsBehavior> cors_behavior;
};
BOOST_DESCRIBE_STRUCT(CreateTemplateRequest, (),
                      (name, display_name, description, icon, template_version_id, default_ttl_ms, activity_bump_ms,
                       time_til_autostop_notify_ms, autostop_requirement, autostart_requirement,
                       allow_user_cancel_workspace_jobs, allow_user_autostart, allow_user_autostop, failure_ttl_ms,
                       dormant_ttl_ms, delete_ttl_ms, disable_everyone_group_access, require_active_version,
                       max_port_share_level, template_use_classic_parameter_flow, cors_behavior))

// Absent means unchanged.
struct UpdateTemplateMeta {
  std::optional<std::string> name, display_name, description, icon;
  std::optional<std::int64_t> default_ttl_ms, activity_bump_ms, time_til_autostop_notify_ms;
  std::optional<AutostopRequirement> autostop_requirement;
  std::optional<AutostartRequirement> autostart_requirement;
  std::optional<bool> allow_user_autostart, allow_user_autostop, allow_user_cancel_workspace_jobs;
  std::optional<std::int64_t> failure_ttl_ms, time_til_dormant_ms, time_til_dormant_autodelete_ms;
  std::optional<bool> update_workspace_last_used_at, update_workspace_dormant_at;
  std::optional<bool> require_active_version;
  std::optional<std::string> deprecation_message;
  std::optional<bool> disable_everyone_group_access;
  std::optional<SharingLevel> max_port_share_level;
  std::optional<CorsBehavior> cors_behavior;
  std::optional<bool> use_classic_parameter_flow, disable_module_cache;
};
BOOST_DESCRIBE_STRUCT(UpdateTemplateMeta, (),
                      (name, display_name, description, icon, default_ttl_ms, activity_bump_ms,
                       time_til_autostop_notify_ms, autostop_requirement, autostart_requirement, allow_user_autostart,
                       allow_user_autostop, allow_user_cancel_workspace_jobs, failure_ttl_ms, time_til_dormant_ms,
                       time_til_dormant_autodelete_ms, update_workspace_last_used_at, update_workspace_dormant_at,
                       require_active_version, deprecation_message, disable_everyone_group_access, max_port_share_level,
                       cors_behavior, use_classic_parameter_flow, disable_module_cache))

struct TemplateExample {
  std::string id, url, name, description, icon;
  std::vector<std::string> tags;
  std::string markdown;
};
BOOST_DESCRIBE_STRUCT(TemplateExample, (), (id, url, name, description, icon, tags, markdown))

struct UpdateActiveTemplateVersion {
  TemplateVersionId id;
};
BOOST_DESCRIBE_STRUCT(UpdateActiveTemplateVersion, (), (id))

struct ArchiveTemplateVersionsRequest {
  bool all = false;
};
BOOST_DESCRIBE_STRUCT(ArchiveTemplateVersionsRequest, (), (all))

struct ArchiveTemplateVersionsResponse {
  TemplateId template_id;
  std::vector<TemplateVersionId> archived_ids;
};
BOOST_DESCRIBE_STRUCT(ArchiveTemplateVersionsResponse, (), (template_id, archived_ids))

}  // namespace berth::api

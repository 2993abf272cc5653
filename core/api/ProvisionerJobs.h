// Jobs, their logs, and the daemons that run them (reference/rest-api.md 3.10, 6.7).
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

struct ProvisionerJobInput {
  std::optional<TemplateVersionId> template_version_id;
  std::optional<BuildId> workspace_build_id;
  std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(ProvisionerJobInput, (), (template_version_id, workspace_build_id, error))

struct ProvisionerJobMetadata {
  std::string template_version_name;
  TemplateId template_id;
  std::string template_name, template_display_name, template_icon;
  std::optional<WorkspaceId> workspace_id;
  std::optional<std::string> workspace_name;
  std::optional<Transition> workspace_build_transition;
};
BOOST_DESCRIBE_STRUCT(ProvisionerJobMetadata, (),
                      (template_version_name, template_id, template_name, template_display_name, template_icon,
                       workspace_id, workspace_name, workspace_build_transition))

struct ProvisionerJob {
  JobId id;
  WallTime created_at = kNoTime;
  std::optional<WallTime> started_at, completed_at, canceled_at;
  std::optional<std::string> error;
  std::optional<std::string> error_code;  // REQUIRED_TEMPLATE_VARIABLES, INSUFFICIENT_QUOTA
  JobStatus status = JobStatus::Pending;
  std::optional<WorkerId> worker_id;
  std::optional<std::string> worker_name;
  FileId file_id;
  std::map<std::string, std::string> tags;
  std::int64_t queue_position = 0;
  std::int64_t queue_size = 0;
  OrganizationId organization_id;
  UserId initiator_id;
  ProvisionerJobInput input;
  JobType type = JobType::TemplateVersionImport;
  std::optional<std::vector<WorkerId>> available_workers;
  ProvisionerJobMetadata metadata;
  bool logs_overflowed = false;
};
BOOST_DESCRIBE_STRUCT(ProvisionerJob, (),
                      (id, created_at, started_at, completed_at, canceled_at, error, error_code, status, worker_id,
                       worker_name, file_id, tags, queue_position, queue_size, organization_id, initiator_id, input,
                       type, available_workers, metadata, logs_overflowed))

struct ProvisionerJobLog {
  std::int64_t id = 0;
  WallTime created_at = kNoTime;
  LogSource log_source = LogSource::Provisioner;
  LogLevel log_level = LogLevel::Info;
  std::string stage, output;
};
BOOST_DESCRIBE_STRUCT(ProvisionerJobLog, (), (id, created_at, log_source, log_level, stage, output))

struct MatchedProvisioners {
  std::int64_t count = 0;
  std::int64_t available = 0;
  Nullable<WallTime> most_recently_seen;
};
BOOST_DESCRIBE_STRUCT(MatchedProvisioners, (), (count, available, most_recently_seen))

struct ProvisionerDaemonJob {
  JobId id;
  JobStatus status = JobStatus::Pending;
  std::string template_name, template_icon, template_display_name;
};
BOOST_DESCRIBE_STRUCT(ProvisionerDaemonJob, (), (id, status, template_name, template_icon, template_display_name))

struct ProvisionerDaemon {
  WorkerId id;
  OrganizationId organization_id;
  Uuid key_id;
  WallTime created_at = kNoTime;
  Nullable<WallTime> last_seen_at;
  std::string name, version, api_version;
  std::vector<std::string> provisioners;
  std::map<std::string, std::string> tags;
  Nullable<std::string> key_name;
  Nullable<std::string> status;  // offline, idle, busy
  Nullable<ProvisionerDaemonJob> current_job, previous_job;
};
BOOST_DESCRIBE_STRUCT(ProvisionerDaemon, (),
                      (id, organization_id, key_id, created_at, last_seen_at, name, version, api_version, provisioners,
                       tags, key_name, status, current_job, previous_job))

}  // namespace berth::api

// Template versions and dry runs (reference/rest-api.md 3.4).
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/api/Parameters.h"
#include "core/api/ProvisionerJobs.h"

namespace berth::api {

struct TemplateVersion {
  TemplateVersionId id;
  std::optional<TemplateId> template_id;  // servers send the nil UUID while it is not attached
  OrganizationId organization_id;
  WallTime created_at = kNoTime;
  WallTime updated_at = kNoTime;
  std::string name, message;
  ProvisionerJob job;
  std::string readme;
  MinimalUser created_by;
  bool archived = false;
  std::optional<std::vector<std::string>> warnings;
  std::optional<MatchedProvisioners> matched_provisioners;
  bool has_external_agent = false;
};
BOOST_DESCRIBE_STRUCT(TemplateVersion, (),
                      (id, template_id, organization_id, created_at, updated_at, name, message, job, readme, created_by,
                       archived, warnings, matched_provisioners, has_external_agent))

struct CreateTemplateVersionRequest {
  std::optional<std::string> name, message;
  std::optional<TemplateId> template_id;
  std::string storage_method;
  std::optional<FileId> file_id;
  std::optional<std::string> example_id;
  std::string provisioner;
  std::map<std::string, std::string> tags;
  std::optional<std::vector<ParameterValue>> user_variable_values;
};
BOOST_DESCRIBE_STRUCT(CreateTemplateVersionRequest, (),
                      (name, message, template_id, storage_method, file_id, example_id, provisioner, tags,
                       user_variable_values))

struct PatchTemplateVersionRequest {
  std::optional<std::string> name, message;
};
BOOST_DESCRIBE_STRUCT(PatchTemplateVersionRequest, (), (name, message))

struct CreateTemplateVersionDryRunRequest {
  std::string workspace_name;
  std::vector<ParameterValue> rich_parameter_values;
  std::optional<std::vector<ParameterValue>> user_variable_values;
};
BOOST_DESCRIBE_STRUCT(CreateTemplateVersionDryRunRequest, (),
                      (workspace_name, rich_parameter_values, user_variable_values))

}  // namespace berth::api

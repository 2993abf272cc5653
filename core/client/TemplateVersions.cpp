#include <format>

#include "core/client/detail/Call.h"

namespace berth::client {

namespace {

std::string versionPath(TemplateVersionId id, std::string_view rest = "") {
  return std::format("/api/v2/templateversions/{}{}", id.toString(), rest);
}

std::string dryRunPath(TemplateVersionId id, JobId job, std::string_view rest = "") {
  return versionPath(id, std::format("/dry-run/{}{}", job.toString(), rest));
}

}  // namespace

Task<Result<api::TemplateVersion>> Session::templateVersion(TemplateVersionId id) {
  return ask<api::TemplateVersion>("GET", versionPath(id));
}

Task<Result<void>> Session::cancelTemplateVersion(TemplateVersionId id) {
  return tell("PATCH", versionPath(id, "/cancel"));
}

Task<Result<std::vector<api::WorkspaceResource>>> Session::templateVersionResources(TemplateVersionId id) {
  return ask<std::vector<api::WorkspaceResource>>("GET", versionPath(id, "/resources"));
}

Task<Result<std::vector<api::TemplateVersionVariable>>> Session::templateVersionVariables(TemplateVersionId id) {
  return ask<std::vector<api::TemplateVersionVariable>>("GET", versionPath(id, "/variables"));
}

Task<Result<std::vector<api::Preset>>> Session::presets(TemplateVersionId id) {
  return ask<std::vector<api::Preset>>("GET", versionPath(id, "/presets"));
}

Task<Result<std::vector<api::TemplateVersionParameter>>> Session::richParameters(TemplateVersionId id) {
  return ask<std::vector<api::TemplateVersionParameter>>("GET", versionPath(id, "/rich-parameters"));
}

Task<Result<std::vector<api::TemplateVersionExternalAuth>>> Session::externalAuth(TemplateVersionId id) {
  return ask<std::vector<api::TemplateVersionExternalAuth>>("GET", versionPath(id, "/external-auth"));
}

Task<Result<api::DynamicParametersResponse>> Session::evaluateParameters(TemplateVersionId id,
                                                                         api::DynamicParametersRequest request) {
  return ask<api::DynamicParametersResponse>("POST", versionPath(id, "/dynamic-parameters/evaluate"),
                                             api::toJson(request));
}

Task<Result<api::ProvisionerJob>> Session::startDryRun(TemplateVersionId id,
                                                       api::CreateTemplateVersionDryRunRequest request) {
  return ask<api::ProvisionerJob>("POST", versionPath(id, "/dry-run"), api::toJson(request));
}

Task<Result<api::ProvisionerJob>> Session::dryRun(TemplateVersionId id, JobId job) {
  return ask<api::ProvisionerJob>("GET", dryRunPath(id, job));
}

Task<Result<void>> Session::cancelDryRun(TemplateVersionId id, JobId job) {
  return tell("PATCH", dryRunPath(id, job, "/cancel"));
}

Task<Result<std::vector<api::WorkspaceResource>>> Session::dryRunResources(TemplateVersionId id, JobId job) {
  return ask<std::vector<api::WorkspaceResource>>("GET", dryRunPath(id, job, "/resources"));
}

Task<Result<std::unique_ptr<JobLogStream>>> Session::followTemplateVersionLogs(TemplateVersionId id,
                                                                               std::int64_t after) {
  return followJobLogs(versionPath(id, "/logs"), after);
}

Task<Result<std::unique_ptr<JobLogStream>>> Session::followDryRunLogs(TemplateVersionId id, JobId job,
                                                                      std::int64_t after) {
  return followJobLogs(dryRunPath(id, job, "/logs"), after);
}

}  // namespace berth::client

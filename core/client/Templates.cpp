#include <format>

#include "core/client/detail/Call.h"

namespace berth::client {

namespace {

std::string templatePath(TemplateId id) { return "/api/v2/templates/" + id.toString(); }

std::string organizationPath(OrganizationId id) { return "/api/v2/organizations/" + id.toString(); }

}  // namespace

Task<Result<std::vector<api::Template>>> Session::templates(std::string query) {
  std::string target = "/api/v2/templates";
  if (!query.empty()) target += "?q=" + http::percentEncode(query);
  return ask<std::vector<api::Template>>("GET", std::move(target));
}

Task<Result<api::Template>> Session::templateById(TemplateId id) { return ask<api::Template>("GET", templatePath(id)); }

Task<Result<api::Template>> Session::templateByName(OrganizationId organization, std::string name) {
  return ask<api::Template>("GET", organizationPath(organization) + "/templates/" + http::percentEncode(name));
}

Task<Result<api::Template>> Session::createTemplate(OrganizationId organization, api::CreateTemplateRequest request) {
  return ask<api::Template>("POST", organizationPath(organization) + "/templates", api::toJson(request));
}

Task<Result<std::vector<api::TemplateExample>>> Session::templateExamples() {
  return ask<std::vector<api::TemplateExample>>("GET", "/api/v2/templates/examples");
}

Task<Result<void>> Session::setActiveVersion(TemplateId id, TemplateVersionId version) {
  return tell("PATCH", templatePath(id) + "/versions", api::toJson(api::UpdateActiveTemplateVersion{version}));
}

Task<Result<void>> Session::deleteTemplate(TemplateId id) { return tell("DELETE", templatePath(id)); }

Task<Result<FileId>> Session::uploadFile(std::string tar) {
  CO_TRY_ASSIGN(const auto response, co_await call({.method = "POST",
                                                    .target = "/api/v2/files",
                                                    .headers = {{"Content-Type", "application/x-tar"}},
                                                    .body = std::move(tar)}));
  CO_TRY_ASSIGN(const auto upload, api::fromJson<api::UploadResponse>(response.body));
  const auto id = FileId::parse(upload.hash);
  if (!id) co_return fail(ErrorCode::ProtocolViolation, std::format("\"{}\" is no file id", upload.hash));
  co_return *id;
}

Task<Result<std::string>> Session::downloadFile(FileId id, bool asZip) {
  const std::string_view wanted = asZip ? "application/zip" : "application/x-tar";
  CO_TRY_ASSIGN(
      auto response,
      co_await call({.target = std::format("/api/v2/files/{}{}", id.toString(), asZip ? "?format=zip" : "")}));
  if (const auto type = response.headers.find("Content-Type"); type != wanted)
    co_return fail(ErrorCode::ProtocolViolation,
                   std::format("expected an archive of type {}, got {}", wanted, type.value_or("none")));
  co_return std::move(response.body);
}

Task<Result<std::vector<api::TemplateVersion>>> Session::templateVersions(TemplateId id, bool includesArchived) {
  return ask<std::vector<api::TemplateVersion>>(
      "GET", std::format("{}/versions?include_archived={}", templatePath(id), includesArchived));
}

Task<Result<api::TemplateVersion>> Session::templateVersionByName(TemplateId id, std::string name) {
  return ask<api::TemplateVersion>("GET", templatePath(id) + "/versions/" + http::percentEncode(name));
}

Task<Result<api::TemplateVersion>> Session::createTemplateVersion(OrganizationId organization,
                                                                  api::CreateTemplateVersionRequest request) {
  return ask<api::TemplateVersion>("POST", organizationPath(organization) + "/templateversions", api::toJson(request));
}

}  // namespace berth::client

#include <format>

#include "core/client/detail/Call.h"

namespace berth::client {

namespace {

std::string workspacePath(WorkspaceId id, std::string_view rest = "") {
  return std::format("/api/v2/workspaces/{}{}", id.toString(), rest);
}

std::string buildPath(BuildId id, std::string_view rest = "") {
  return std::format("/api/v2/workspacebuilds/{}{}", id.toString(), rest);
}

std::string ownedPath(std::string_view owner, std::string_view name) {
  return std::format("/api/v2/users/{}/workspace/{}", http::percentEncode(owner), http::percentEncode(name));
}

}  // namespace

Task<Result<std::vector<api::Workspace>>> Session::workspaces(std::string query) {
  std::string target = "/api/v2/workspaces";
  if (!query.empty()) target += "?q=" + http::percentEncode(query);
  CO_TRY_ASSIGN(auto answer, co_await ask<api::WorkspacesResponse>("GET", std::move(target)));
  co_return std::move(answer.workspaces);
}

Task<Result<api::Workspace>> Session::workspace(WorkspaceId id) {
  return ask<api::Workspace>("GET", workspacePath(id));
}

Task<Result<api::Workspace>> Session::workspaceByName(std::string owner, std::string name) {
  return ask<api::Workspace>("GET", ownedPath(owner, name) + "?include_deleted=false");
}

Task<Result<api::Workspace>> Session::createWorkspace(std::string owner, api::CreateWorkspaceRequest request) {
  return ask<api::Workspace>("POST", std::format("/api/v2/users/{}/workspaces", http::percentEncode(owner)),
                             api::toJson(request));
}

Task<Result<api::WorkspaceBuild>> Session::createBuild(WorkspaceId id, api::CreateWorkspaceBuildRequest request) {
  return ask<api::WorkspaceBuild>("POST", workspacePath(id, "/builds"), api::toJson(request));
}

Task<Result<api::WorkspaceBuild>> Session::build(BuildId id) { return ask<api::WorkspaceBuild>("GET", buildPath(id)); }

Task<Result<api::WorkspaceBuild>> Session::buildByNumber(std::string owner, std::string workspace,
                                                         std::int64_t number) {
  return ask<api::WorkspaceBuild>("GET", std::format("{}/builds/{}", ownedPath(owner, workspace), number));
}

Task<Result<void>> Session::cancelBuild(BuildId id) { return tell("PATCH", buildPath(id, "/cancel")); }

Task<Result<std::vector<api::ParameterValue>>> Session::buildParameters(BuildId id) {
  return ask<std::vector<api::ParameterValue>>("GET", buildPath(id, "/parameters"));
}

Task<Result<void>> Session::setDormant(WorkspaceId id, bool isDormant) {
  return tell("PUT", workspacePath(id, "/dormant"), api::toJson(api::UpdateWorkspaceDormancy{isDormant}));
}

Task<Result<void>> Session::postUsage(WorkspaceId id, std::optional<api::PostWorkspaceUsageRequest> request) {
  return tell("POST", workspacePath(id, "/usage"), request ? api::toJson(*request) : "");
}

Task<Result<std::unique_ptr<JobLogStream>>> Session::followBuildLogs(BuildId id, std::int64_t after) {
  return followJobLogs(buildPath(id, "/logs"), after);
}

Task<Result<std::unique_ptr<JobLogStream>>> Session::followJobLogs(std::string path, std::int64_t after) {
  path += "?follow";
  if (after > 0) path += std::format("&after={}", after);
  CO_TRY_ASSIGN(auto socket, co_await openSocket(std::move(path)));
  co_return std::make_unique<JobLogStream>(std::move(socket));
}

Task<Result<std::unique_ptr<WorkspaceWatch>>> Session::watchWorkspace(WorkspaceId id) {
  CO_TRY_ASSIGN(auto socket, co_await openSocket(workspacePath(id, "/watch-ws")));
  co_return std::make_unique<WorkspaceWatch>(std::move(socket));
}

}  // namespace berth::client

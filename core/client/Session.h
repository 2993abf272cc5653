// A server of Coder's REST API as a typed library (reference/rest-api.md): a method per endpoint, for the command line,
// the app and the tunnel. Used on one executor; calls may run side by side. The session outlives its calls.
//
// Errors carry the server's own message, detail and validations. NotFound is also what may not be seen; Unauthenticated
// says how to sign in again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/api/Agents.h"
#include "core/api/Builds.h"
#include "core/api/Deployment.h"
#include "core/api/Organizations.h"
#include "core/api/Parameters.h"
#include "core/api/TemplateVersions.h"
#include "core/api/Templates.h"
#include "core/api/Users.h"
#include "core/api/Workspaces.h"
#include "core/base/Secret.h"
#include "core/client/Streams.h"
#include "core/http/Client.h"

namespace berth::client {

struct SessionOptions {
  http::Url url = {};  // a path in it is dropped, as stock clients do
  Secret token = {};   // empty before sign-in
  std::string userAgent = "berth";
  http::Headers extraHeaders = {};
  std::string caFile = {};
};

class Session {
 public:
  Session(asio::any_io_executor executor, SessionOptions options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const http::Url& url() const noexcept { return m_options.url; }
  const SessionOptions& options() const noexcept { return m_options; }
  void setToken(Secret token);  // for calls that start from now on
  // For what is not plain REST (coordination, terminals). Sends the token by itself.
  http::Client& http() noexcept { return *m_http; }
  std::shared_ptr<http::Client> sharedHttp() const noexcept { return m_http; }

  // The server's X-Coder-Build-Version, once it has answered anything.
  const std::string& serverVersion() const noexcept { return m_serverVersion; }

  // --- signing in (2)
  // Unavailable when the address is not a Coder-compatible server.
  Task<Result<bool>> hasFirstUser();
  Task<Result<api::CreateFirstUserResponse>> createFirstUser(api::CreateFirstUserRequest request);
  // Before it is given to createFirstUser(): whether the server's rule allows it, and if not, why.
  Task<Result<api::ValidatePasswordResponse>> validatePassword(Secret password);
  Task<Result<Secret>> login(std::string email, Secret password);
  Task<Result<void>> logout();
  Task<Result<Secret>> createApiKey();
  Task<Result<api::User>> me();
  Task<Result<api::User>> user(std::string nameOrId);
  Task<Result<std::vector<api::Organization>>> myOrganizations();
  Task<Result<api::GitSshKey>> gitSshKey();
  Task<Result<api::GitSshKey>> regenerateGitSshKey();

  // --- deployment (6)
  Task<Result<api::BuildInfo>> buildInfo();
  Task<Result<api::SshConfigResponse>> sshConfig();

  // --- templates, versions, files (3)
  Task<Result<std::vector<api::Template>>> templates(std::string query = "");
  Task<Result<api::Template>> templateById(TemplateId id);
  Task<Result<api::Template>> templateByName(OrganizationId organization, std::string name);
  Task<Result<api::Template>> createTemplate(OrganizationId organization, api::CreateTemplateRequest request);
  // Templates that come with the server, for one that has none yet. Only for those who may make templates.
  Task<Result<std::vector<api::TemplateExample>>> templateExamples();
  Task<Result<void>> setActiveVersion(TemplateId id, TemplateVersionId version);
  Task<Result<void>> deleteTemplate(TemplateId id);
  Task<Result<FileId>> uploadFile(std::string tar);
  Task<Result<std::string>> downloadFile(FileId id, bool asZip = false);
  Task<Result<std::vector<api::TemplateVersion>>> templateVersions(TemplateId id, bool includesArchived = false);
  Task<Result<api::TemplateVersion>> templateVersion(TemplateVersionId id);
  Task<Result<api::TemplateVersion>> templateVersionByName(TemplateId id, std::string name);
  Task<Result<api::TemplateVersion>> createTemplateVersion(OrganizationId organization,
                                                           api::CreateTemplateVersionRequest request);
  Task<Result<void>> cancelTemplateVersion(TemplateVersionId id);
  Task<Result<std::vector<api::WorkspaceResource>>> templateVersionResources(TemplateVersionId id);
  Task<Result<std::vector<api::TemplateVersionVariable>>> templateVersionVariables(TemplateVersionId id);
  Task<Result<std::vector<api::Preset>>> presets(TemplateVersionId id);
  Task<Result<std::vector<api::TemplateVersionParameter>>> richParameters(TemplateVersionId id);
  Task<Result<std::vector<api::TemplateVersionExternalAuth>>> externalAuth(TemplateVersionId id);
  Task<Result<api::DynamicParametersResponse>> evaluateParameters(TemplateVersionId id,
                                                                  api::DynamicParametersRequest request);
  Task<Result<api::ProvisionerJob>> startDryRun(TemplateVersionId id, api::CreateTemplateVersionDryRunRequest request);
  Task<Result<api::ProvisionerJob>> dryRun(TemplateVersionId id, JobId job);
  Task<Result<void>> cancelDryRun(TemplateVersionId id, JobId job);
  Task<Result<std::vector<api::WorkspaceResource>>> dryRunResources(TemplateVersionId id, JobId job);

  // --- workspaces and builds (4); `owner` is a name, an id or "me"
  Task<Result<std::vector<api::Workspace>>> workspaces(std::string query);
  Task<Result<api::Workspace>> workspace(WorkspaceId id);
  Task<Result<api::Workspace>> workspaceByName(std::string owner, std::string name);
  Task<Result<api::Workspace>> createWorkspace(std::string owner, api::CreateWorkspaceRequest request);
  Task<Result<api::WorkspaceBuild>> createBuild(WorkspaceId id, api::CreateWorkspaceBuildRequest request);
  Task<Result<api::WorkspaceBuild>> build(BuildId id);
  Task<Result<api::WorkspaceBuild>> buildByNumber(std::string owner, std::string workspace, std::int64_t number);
  Task<Result<void>> cancelBuild(BuildId id);
  Task<Result<std::vector<api::ParameterValue>>> buildParameters(BuildId id);
  Task<Result<void>> setDormant(WorkspaceId id, bool isDormant);
  Task<Result<void>> postUsage(WorkspaceId id, std::optional<api::PostWorkspaceUsageRequest> request);

  // --- agents (5)
  Task<Result<api::WorkspaceAgent>> agent(AgentId id);
  Task<Result<api::AgentConnectionInfo>> agentConnection(AgentId id);
  Task<Result<api::AgentConnectionInfo>> connectionInfo();
  Task<Result<std::vector<api::WorkspaceAgentListeningPort>>> listeningPorts(AgentId id);

  // --- streams (1.9); each begins with what there is already after log id `after`, and ends with the job
  Task<Result<std::unique_ptr<JobLogStream>>> followBuildLogs(BuildId id, std::int64_t after = 0);
  Task<Result<std::unique_ptr<JobLogStream>>> followTemplateVersionLogs(TemplateVersionId id, std::int64_t after = 0);
  Task<Result<std::unique_ptr<JobLogStream>>> followDryRunLogs(TemplateVersionId id, JobId job, std::int64_t after = 0);
  Task<Result<std::vector<api::WorkspaceAgentLog>>> agentLogs(AgentId id, std::int64_t after = 0);
  Task<Result<std::unique_ptr<AgentLogStream>>> followAgentLogs(AgentId id, std::int64_t after = 0);
  Task<Result<std::unique_ptr<WorkspaceWatch>>> watchWorkspace(WorkspaceId id);

 private:
  Task<Result<std::unique_ptr<http::WebSocket>>> openSocket(std::string target);
  Task<Result<std::unique_ptr<JobLogStream>>> followJobLogs(std::string path, std::int64_t after);
  // Sends and turns every status of 400 and above into an Error.
  Task<Result<http::Response>> call(http::Request request);
  template <typename T>
  Task<Result<T>> ask(std::string method, std::string target, std::string body = "");
  Task<Result<void>> tell(std::string method, std::string target, std::string body = "");

  SessionOptions m_options;
  asio::any_io_executor m_executor;
  std::shared_ptr<http::Client> m_http;
  std::string m_serverVersion;
};

}  // namespace berth::client

#include "core/server/routes/RouteTable.h"

#include "core/server/agentrpc/Routes.h"
#include "core/server/coordinator/Routes.h"
#include "core/server/routes/Absent.h"
#include "core/server/routes/Account.h"
#include "core/server/routes/AgentSelf.h"
#include "core/server/routes/Agents.h"
#include "core/server/routes/Binaries.h"
#include "core/server/routes/Builds.h"
#include "core/server/routes/Deployment.h"
#include "core/server/routes/DryRuns.h"
#include "core/server/routes/DynamicParameters.h"
#include "core/server/routes/Files.h"
#include "core/server/routes/Health.h"
#include "core/server/routes/Keys.h"
#include "core/server/routes/ListeningPorts.h"
#include "core/server/routes/Organizations.h"
#include "core/server/routes/Provisioners.h"
#include "core/server/routes/TemplateVersions.h"
#include "core/server/routes/Templates.h"
#include "core/server/routes/Users.h"
#include "core/server/routes/Watch.h"
#include "core/server/routes/WorkspaceSettings.h"
#include "core/server/routes/Workspaces.h"

namespace berth::server {

namespace {

using enum Auth;

constexpr RouteOptions kUnlimited{.ratePerMinute = 0};
constexpr RouteOptions kSigningIn{.bodyLimit = 64U << 10, .ratePerMinute = kLoginRatePerMinute};
constexpr std::size_t kStateBodyLimit = 32U << 20;  // a Terraform state in base64

// Grouped by the resource; a group's handlers stand in the file of its name.
constexpr Route kRoutes[] = {
    // Health.h
    {"GET", "/healthz", None, routes::healthz, kUnlimited},
    {"GET", "/latency-check", None, routes::latencyCheck, kUnlimited},
    {"GET", "/cli-auth", None, routes::cliAuth, kUnlimited},
    {"GET", "/api/v2", None, routes::apiRoot},
    {"GET", "/derp", None, routes::derp, kUnlimited},
    {"GET", "/derp/latency-check", None, routes::derpLatencyCheck, kUnlimited},

    // Binaries.h
    {"GET", "/bin", None, routes::listBinaries},
    {"GET", "/bin/{name}", None, routes::serveBinary},

    // Deployment.h
    {"GET", "/api/v2/buildinfo", None, routes::buildInfo},
    {"GET", "/api/v2/updatecheck", None, routes::updateCheck},
    {"GET", "/api/v2/entitlements", None, routes::entitlements},
    {"GET", "/api/v2/derp-map", None, routes::watchDerpMap},
    {"POST", "/api/v2/csp/reports", None, routes::cspReport, {.bodyLimit = 64U << 10}},
    {"GET", "/api/v2/regions", User, routes::regions},
    {"GET", "/api/v2/deployment/ssh", User, routes::sshConfig},
    {"GET", "/api/v2/deployment/config", User, routes::deploymentConfig},
    {"GET", "/api/v2/experiments", User, routes::experiments},
    {"GET", "/api/v2/experiments/available", User, routes::availableExperiments},
    {"GET", "/api/v2/appearance", UserOrAgent, routes::appearance},
    {"GET", "/api/v2/licenses", User, routes::licenses},
    {"GET", "/api/v2/applications/host", User, routes::applicationsHost},
    {"POST", "/api/v2/authcheck", User, routes::authCheck},

    // Account.h
    {"GET", "/api/v2/users/first", None, routes::hasFirstUser},
    {"POST", "/api/v2/users/first", None, routes::createFirstUser},
    {"GET", "/api/v2/users/authmethods", None, routes::authMethods},
    {"POST", "/api/v2/users/login", None, routes::login, kSigningIn},
    {"POST", "/api/v2/users/logout", User, routes::logout},
    {"POST", "/api/v2/users/validate-password", None, routes::validatePassword, kSigningIn},
    {"POST", "/api/v2/users/otp/request", None, routes::requestOneTimePasscode, kSigningIn},
    {"GET", "/api/v2/users/{user}/login-type", User, routes::getLoginType},

    // Users.h
    {"GET", "/api/v2/users", User, routes::listUsers},
    {"POST", "/api/v2/users", User, routes::createUser},
    {"GET", "/api/v2/users/roles", User, routes::listSiteRoles},
    {"GET", "/api/v2/users/{user}", User, routes::getUser},
    {"DELETE", "/api/v2/users/{user}", User, routes::deleteUser},
    {"PUT", "/api/v2/users/{user}/profile", User, routes::putProfile},
    {"PUT", "/api/v2/users/{user}/status/suspend", User, routes::suspendUser},
    {"PUT", "/api/v2/users/{user}/status/activate", User, routes::activateUser},
    {"GET", "/api/v2/users/{user}/appearance", User, routes::getUserAppearance},
    {"PUT", "/api/v2/users/{user}/appearance", User, routes::putUserAppearance},
    {"PUT", "/api/v2/users/{user}/password", User, routes::putPassword},
    {"GET", "/api/v2/users/{user}/roles", User, routes::getUserRoles},
    {"PUT", "/api/v2/users/{user}/roles", User, routes::putUserRoles},
    {"GET", "/api/v2/users/{user}/organizations", User, routes::listUserOrganizations},
    {"GET", "/api/v2/users/{user}/organizations/{organizationname}", User, routes::getUserOrganization},
    {"GET", "/api/v2/users/{user}/gitsshkey", User, routes::getGitSshKey},
    {"PUT", "/api/v2/users/{user}/gitsshkey", User, routes::regenerateGitSshKey},
    {"GET", "/api/v2/users/{user}/autofill-parameters", User, routes::getAutofillParameters},

    // Keys.h
    {"GET", "/api/v2/auth/scopes", None, routes::listScopes},
    {"POST", "/api/v2/users/{user}/keys", User, routes::createKey},
    {"GET", "/api/v2/users/{user}/keys/tokens", User, routes::listTokens},
    {"POST", "/api/v2/users/{user}/keys/tokens", User, routes::createToken},
    {"GET", "/api/v2/users/{user}/keys/tokens/tokenconfig", User, routes::getTokenConfig},
    {"GET", "/api/v2/users/{user}/keys/tokens/{keyname}", User, routes::getTokenByName},
    {"GET", "/api/v2/users/{user}/keys/{keyid}", User, routes::getKey},
    {"DELETE", "/api/v2/users/{user}/keys/{keyid}", User, routes::deleteKey},
    {"PUT", "/api/v2/users/{user}/keys/{keyid}/expire", User, routes::expireKey},

    // Organizations.h
    {"GET", "/api/v2/organizations", User, routes::listOrganizations},
    {"GET", "/api/v2/organizations/{organization}", User, routes::getOrganization},
    {"GET", "/api/v2/organizations/{organization}/members", User, routes::listMembers},
    {"GET", "/api/v2/organizations/{organization}/paginated-members", User, routes::listMembersByPage},
    {"GET", "/api/v2/organizations/{organization}/members/roles", User, routes::listOrganizationRoles},
    {"GET", "/api/v2/organizations/{organization}/members/{user}", User, routes::getMember},
    {"POST", "/api/v2/organizations/{organization}/members/{user}", User, routes::addMember},
    {"DELETE", "/api/v2/organizations/{organization}/members/{user}", User, routes::removeMember},
    {"PUT", "/api/v2/organizations/{organization}/members/{user}/roles", User, routes::putMemberRoles},
    {"GET", "/api/v2/organizations/{organization}/members/{user}/workspaces/available-users", User,
     routes::listAvailableOwners},

    // Files.h
    {"POST", "/api/v2/files", User, routes::uploadFile, {.bodyLimit = 100U << 20, .ratePerMinute = kFileRatePerMinute}},
    {"GET", "/api/v2/files/{file}", User, routes::downloadFile, {.ratePerMinute = kFileRatePerMinute}},

    // Templates.h
    {"GET", "/api/v2/templates", User, routes::listTemplates},
    {"GET", "/api/v2/templates/examples", User, routes::listTemplateExamples},
    {"GET", "/api/v2/templates/{template}", User, routes::getTemplate},
    {"PATCH", "/api/v2/templates/{template}", User, routes::patchTemplate},
    {"DELETE", "/api/v2/templates/{template}", User, routes::deleteTemplate},
    {"GET", "/api/v2/templates/{template}/daus", User, routes::getTemplateDaus},
    {"GET", "/api/v2/templates/{template}/versions", User, routes::listTemplateVersions},
    {"PATCH", "/api/v2/templates/{template}/versions", User, routes::patchActiveVersion},
    {"POST", "/api/v2/templates/{template}/versions/archive", User, routes::archiveUnusedVersions},
    {"GET", "/api/v2/templates/{template}/versions/{templateversionname}", User, routes::getTemplateVersionOfTemplate},
    {"GET", "/api/v2/organizations/{organization}/templates", User, routes::listOrganizationTemplates},
    {"POST", "/api/v2/organizations/{organization}/templates", User, routes::createTemplate},
    {"GET", "/api/v2/organizations/{organization}/templates/examples", User, routes::listTemplateExamples},
    {"GET", "/api/v2/organizations/{organization}/templates/{templatename}", User, routes::getTemplateByName},
    {"GET", "/api/v2/organizations/{organization}/templates/{templatename}/versions/{templateversionname}", User,
     routes::getTemplateVersionByName},
    {"GET", "/api/v2/organizations/{organization}/templates/{templatename}/versions/{templateversionname}/previous",
     User, routes::getPreviousTemplateVersion},

    // TemplateVersions.h
    {"POST", "/api/v2/organizations/{organization}/templateversions", User, routes::createTemplateVersion},
    {"GET", "/api/v2/templateversions/{templateversion}", User, routes::getTemplateVersion},
    {"PATCH", "/api/v2/templateversions/{templateversion}", User, routes::patchTemplateVersion},
    {"PATCH", "/api/v2/templateversions/{templateversion}/cancel", User, routes::cancelTemplateVersion},
    {"POST", "/api/v2/templateversions/{templateversion}/archive", User, routes::archiveTemplateVersion},
    {"POST", "/api/v2/templateversions/{templateversion}/unarchive", User, routes::unarchiveTemplateVersion},
    {"GET", "/api/v2/templateversions/{templateversion}/schema", User, routes::emptyTemplateVersionList},
    {"GET", "/api/v2/templateversions/{templateversion}/parameters", User, routes::emptyTemplateVersionList},
    {"GET", "/api/v2/templateversions/{templateversion}/rich-parameters", User, routes::getRichParameters},
    {"GET", "/api/v2/templateversions/{templateversion}/external-auth", User, routes::getTemplateVersionExternalAuth},
    {"GET", "/api/v2/templateversions/{templateversion}/variables", User, routes::getTemplateVersionVariables},
    {"GET", "/api/v2/templateversions/{templateversion}/presets", User, routes::getPresets},
    {"GET", "/api/v2/templateversions/{templateversion}/resources", User, routes::getTemplateVersionResources},
    {"GET", "/api/v2/templateversions/{templateversion}/logs", User, routes::getTemplateVersionLogs},

    // DynamicParameters.h
    {"GET", "/api/v2/templateversions/{templateversion}/dynamic-parameters", User, routes::watchDynamicParameters},
    {"POST", "/api/v2/templateversions/{templateversion}/dynamic-parameters/evaluate", User,
     routes::evaluateDynamicParameters},

    // DryRuns.h
    {"POST", "/api/v2/templateversions/{templateversion}/dry-run", User, routes::createDryRun},
    {"GET", "/api/v2/templateversions/{templateversion}/dry-run/{jobID}", User, routes::getDryRun},
    {"GET", "/api/v2/templateversions/{templateversion}/dry-run/{jobID}/resources", User, routes::getDryRunResources},
    {"GET", "/api/v2/templateversions/{templateversion}/dry-run/{jobID}/logs", User, routes::getDryRunLogs},
    {"GET", "/api/v2/templateversions/{templateversion}/dry-run/{jobID}/matched-provisioners", User,
     routes::getDryRunMatchedProvisioners},
    {"PATCH", "/api/v2/templateversions/{templateversion}/dry-run/{jobID}/cancel", User, routes::cancelDryRun},

    // Workspaces.h
    {"GET", "/api/v2/workspaces", User, routes::listWorkspaces},
    {"POST", "/api/v2/users/{user}/workspaces", User, routes::createWorkspace},
    {"POST", "/api/v2/organizations/{organization}/members/{user}/workspaces", User, routes::createWorkspace},
    {"GET", "/api/v2/users/{user}/workspace/{workspacename}", User, routes::getWorkspaceByName},
    {"GET", "/api/v2/workspaces/{workspace}", User, routes::getWorkspace},
    {"PATCH", "/api/v2/workspaces/{workspace}", User, routes::renameWorkspace},
    {"GET", "/api/v2/workspaces/{workspace}/resolve-autostart", User, routes::resolveAutostart},
    {"POST", "/api/v2/workspaces/{workspace}/usage", User, routes::postUsage},
    {"GET", "/api/v2/workspaces/{workspace}/port-share", User, routes::listPortShares},
    {"POST", "/api/v2/workspaces/{workspace}/port-share", User, routes::putPortShare},
    {"DELETE", "/api/v2/workspaces/{workspace}/port-share", User, routes::deletePortShare},

    // WorkspaceSettings.h
    {"PUT", "/api/v2/workspaces/{workspace}/autostart", User, routes::putAutostart},
    {"PUT", "/api/v2/workspaces/{workspace}/ttl", User, routes::putTtl},
    {"PUT", "/api/v2/workspaces/{workspace}/extend", User, routes::putExtend},
    {"PUT", "/api/v2/workspaces/{workspace}/dormant", User, routes::putDormant},
    {"PUT", "/api/v2/workspaces/{workspace}/autoupdates", User, routes::putAutoupdates},
    {"PUT", "/api/v2/workspaces/{workspace}/favorite", User, routes::putFavorite},
    {"DELETE", "/api/v2/workspaces/{workspace}/favorite", User, routes::deleteFavorite},

    // Watch.h
    {"GET", "/api/v2/workspaces/{workspace}/watch", User, routes::watchWorkspace},
    {"GET", "/api/v2/workspaces/{workspace}/watch-ws", User, routes::watchWorkspaceSocket},

    // Builds.h
    {"GET", "/api/v2/workspaces/{workspace}/builds", User, routes::listBuilds},
    {"POST", "/api/v2/workspaces/{workspace}/builds", User, routes::createBuild, {.bodyLimit = kStateBodyLimit}},
    {"GET", "/api/v2/workspaces/{workspace}/timings", User, routes::workspaceTimings},
    {"GET", "/api/v2/users/{user}/workspace/{workspacename}/builds/{buildnumber}", User, routes::getBuildByNumber},
    {"GET", "/api/v2/workspacebuilds/{workspacebuild}", User, routes::getBuild},
    {"PATCH", "/api/v2/workspacebuilds/{workspacebuild}/cancel", User, routes::cancelBuild},
    {"GET", "/api/v2/workspacebuilds/{workspacebuild}/logs", User, routes::buildLogs},
    {"GET", "/api/v2/workspacebuilds/{workspacebuild}/parameters", User, routes::buildParameters},
    {"GET", "/api/v2/workspacebuilds/{workspacebuild}/resources", User, routes::buildResources},
    {"GET", "/api/v2/workspacebuilds/{workspacebuild}/state", User, routes::buildState},
    {"PUT",
     "/api/v2/workspacebuilds/{workspacebuild}/state",
     User,
     routes::putBuildState,
     {.bodyLimit = kStateBodyLimit}},
    {"GET", "/api/v2/workspacebuilds/{workspacebuild}/timings", User, routes::buildTimings},

    // Agents.h
    {"GET", "/api/v2/workspaceagents/connection", User, routes::anyConnectionInfo},
    {"GET", "/api/v2/workspaceagents/{workspaceagent}", User, routes::getAgent},
    {"GET", "/api/v2/workspaceagents/{workspaceagent}/connection", User, routes::agentConnectionInfo},
    {"GET", "/api/v2/workspaceagents/{workspaceagent}/logs", User, routes::agentLogs},
    {"GET", "/api/v2/workspaceagents/{workspaceagent}/startup-logs", User, routes::agentLogs},
    {"GET", "/api/v2/workspaceagents/{workspaceagent}/watch-metadata", User, routes::watchAgentMetadata},
    {"GET", "/api/v2/workspaceagents/{workspaceagent}/watch-metadata-ws", User, routes::watchAgentMetadataSocket},

    // ListeningPorts.h
    {"GET", "/api/v2/workspaceagents/{workspaceagent}/listening-ports", User, routes::listeningPorts},

    // coordinator/Routes.h, agentrpc/Routes.h
    {"GET", "/api/v2/workspaceagents/{workspaceagent}/coordinate", User, coordinateAgent},
    {"GET", "/api/v2/tailnet", User, coordinateUser},
    {"GET", "/api/v2/workspaceagents/me/rpc", Agent, agentRpc},

    // AgentSelf.h
    {"PATCH", "/api/v2/workspaceagents/me/logs", Agent, routes::patchAgentLogs},
    {"POST", "/api/v2/workspaceagents/me/log-source", Agent, routes::postAgentLogSource},
    {"GET", "/api/v2/workspaceagents/me/gitsshkey", Agent, routes::agentGitSshKey},

    // Provisioners.h
    {"GET", "/api/v2/organizations/{organization}/provisionerdaemons", User, routes::listProvisionerDaemons},
    {"GET", "/api/v2/organizations/{organization}/provisionerjobs", User, routes::listProvisionerJobs},
    {"GET", "/api/v2/organizations/{organization}/provisionerjobs/{job}", User, routes::getProvisionerJob},

    // Absent.h
    {"GET", "/api/v2/notifications/inbox", User, routes::emptyInbox},
    {"GET", "/api/v2/notifications/inbox/watch", User, routes::watchInbox},
    {"PUT", "/api/v2/notifications/inbox/mark-all-as-read", User, routes::markInboxRead},
    {"GET", "/api/v2/notifications/settings", User, routes::notificationSettings},
    {"GET", "/api/v2/notifications/templates/system", User, routes::notificationTemplates},
    {"GET", "/api/v2/notifications/templates/custom", User, routes::notificationTemplates},
    {"GET", "/api/v2/notifications/dispatch-methods", User, routes::notificationMethods},
    {"GET", "/api/v2/users/{user}/notifications/preferences", User, routes::notificationTemplates},
    {"GET", "/api/v2/external-auth", User, routes::externalAuths},
    {"GET", "/api/v2/external-auth/{id}", User, routes::externalAuth},
    {"GET", "/api/v2/tasks", User, routes::tasks},
    {"GET", "/api/v2/workspaceagents/{workspaceagent}/containers", User, routes::agentContainers},
    {"GET", "/api/v2/workspaceagents/me/external-auth", Agent, routes::agentExternalAuth},
    {"GET", "/api/v2/workspaceagents/me/gitauth", Agent, routes::agentExternalAuth},
    {"GET", "/api/v2/workspaceagents/me/reinit", Agent, routes::agentReinit},
};

}  // namespace

std::span<const Route> routeTable() { return kRoutes; }

}  // namespace berth::server

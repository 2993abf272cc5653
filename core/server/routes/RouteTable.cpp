#include "core/server/routes/RouteTable.h"

#include "core/server/agentrpc/Routes.h"
#include "core/server/coordinator/Routes.h"
#include "core/server/routes/Absent.h"
#include "core/server/routes/AgentSelf.h"
#include "core/server/routes/Agents.h"
#include "core/server/routes/Binaries.h"
#include "core/server/routes/Builds.h"
#include "core/server/routes/Deployment.h"
#include "core/server/routes/Health.h"
#include "core/server/routes/Provisioners.h"
#include "core/server/routes/Watch.h"
#include "core/server/routes/WorkspaceSettings.h"
#include "core/server/routes/Workspaces.h"

namespace berth::server {

namespace {

using enum Auth;

constexpr RouteOptions kUnlimited{.ratePerMinute = 0};
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

#include "core/server/routes/RouteTable.h"

#include "core/server/routes/Absent.h"
#include "core/server/routes/Binaries.h"
#include "core/server/routes/Deployment.h"
#include "core/server/routes/Health.h"

namespace berth::server {

namespace {

using enum Auth;

constexpr RouteOptions kUnlimited{.ratePerMinute = 0};

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

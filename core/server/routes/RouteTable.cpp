#include "core/server/routes/RouteTable.h"

#include "core/server/routes/Binaries.h"
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
};

}  // namespace

std::span<const Route> routeTable() { return kRoutes; }

}  // namespace berth::server

// What programs of a workspace listen on (reference/rest-api.md 5.7).
#pragma once

#include <vector>

#include "core/api/Agents.h"
#include "core/server/http/Router.h"
#include "core/store/Records.h"

namespace berth::server::routes {

Task<Answer> listeningPorts(Call& call);

// An agent's list without what is no place for a browser: the tunnel's own ports, those of well-known services, and
// those that the template's apps lead to.
std::vector<api::WorkspaceAgentListeningPort> shownPorts(std::vector<api::WorkspaceAgentListeningPort> ports,
                                                         const std::vector<store::AppRecord>& apps);

}  // namespace berth::server::routes

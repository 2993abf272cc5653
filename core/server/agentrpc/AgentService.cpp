#include "core/server/agentrpc/AgentService.h"

namespace berth::server {

void addAgentService(rpc::DrpcServer& server, const AgentContext& context) {
  addManifestCalls(server, context);
  addStateReports(server, context);
  addContentReports(server, context);
}

}  // namespace berth::server

// The Agent service (reference/tailnet.md 7.2 to 7.9): a handler for each call of an agent. Calls that are not here
// (sub agents, boundary logs, chat context) are answered with code 12, which agents take as "not on this server".
#pragma once

#include "core/rpc/DrpcServer.h"
#include "core/server/agentrpc/AgentContext.h"

namespace berth::server {

// `context` must outlive `server`.
void addAgentService(rpc::DrpcServer& server, const AgentContext& context);

// Manifest and banners: what an agent asks for. In Manifest.cpp.
void addManifestCalls(rpc::DrpcServer& server, const AgentContext& context);

// Startup, lifecycle, statistics, connections, script results. In StateReports.cpp.
void addStateReports(rpc::DrpcServer& server, const AgentContext& context);

// Logs, metadata, app health and status. In ContentReports.cpp.
void addContentReports(rpc::DrpcServer& server, const AgentContext& context);

}  // namespace berth::server

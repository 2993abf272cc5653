// What an agent is told about itself (reference/tailnet.md 7.3), with the traps of stock agents minded: home_params,
// health checks, sharing levels and healths that must be there, ids of 16 bytes, durations in the wrong unit.
#pragma once

#include "core/rpc/Proto.h"
#include "core/server/DerpMap.h"
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::server {

// The rows that a manifest is made of.
struct ManifestRecords {
  store::AgentRecord agent;
  store::WorkspaceRecord workspace;
  std::string ownerName;
  std::vector<store::AgentScriptRecord> scripts;
  std::vector<store::AppRecord> apps;
  std::vector<store::AgentMetadataRecord> metadata;
  std::vector<store::AgentDevcontainerRecord> devcontainers;
};

Result<ManifestRecords> readManifestRecords(store::Transaction& tx, AgentId agent);

rpc::agentpb::Manifest manifestOf(const ManifestRecords& records, const RelayAddress& relay);

}  // namespace berth::server

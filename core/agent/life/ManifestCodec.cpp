#include "core/agent/life/ManifestCodec.h"

namespace berth::agent {

namespace {

Result<Uuid> toUuid(const std::string& bytes, std::string_view field) {
  const auto id = Uuid::fromBytes(asBytes(bytes));
  if (!id)
    return fail(ErrorCode::ProtocolViolation, std::format("manifest: {} has {} bytes, not 16", field, bytes.size()));
  return *id;
}

// Timers take no more, and nobody waits for longer.
constexpr std::chrono::seconds kForever = std::chrono::years(100);

std::chrono::seconds bounded(std::chrono::seconds time) { return std::clamp(time, std::chrono::seconds(0), kForever); }

std::chrono::seconds toSeconds(const wire::Duration& duration) {
  return bounded(std::chrono::ceil<std::chrono::seconds>(rpc::fromDuration(duration)));
}

// Metadata descriptions carry their seconds as nanoseconds, on both real ends (reference/tailnet.md 7.3).
std::chrono::seconds toSecondsOfMetadata(const wire::Duration& duration) {
  return bounded(std::chrono::seconds(rpc::fromDuration(duration).count()));
}

Result<Script> toScript(const rpc::agentpb::WorkspaceAgentScript& wire) {
  Script script;
  TRY_ASSIGN(script.id, toUuid(wire.id(), "a script's id"));
  TRY_ASSIGN(script.logSourceId, toUuid(wire.log_source_id(), "a script's log_source_id"));
  script.displayName = wire.display_name();
  script.logPath = wire.log_path();
  script.text = wire.script();
  script.cron = wire.cron();
  script.runsOnStart = wire.run_on_start();
  script.runsOnStop = wire.run_on_stop();
  script.timeout = toSeconds(wire.timeout());
  return script;
}

Result<App> toApp(const rpc::agentpb::WorkspaceApp& wire) {
  App app;
  TRY_ASSIGN(app.id, toUuid(wire.id(), "an app's id"));
  app.slug = wire.slug();
  app.healthUrl = wire.healthcheck().url();
  app.healthInterval = toSeconds(wire.healthcheck().interval());
  app.healthThreshold = wire.healthcheck().threshold();
  app.health = static_cast<AppHealth>(wire.health());
  return app;
}

}  // namespace

Result<Manifest> fromWire(const rpc::agentpb::Manifest& wire) {
  Manifest manifest;
  TRY_ASSIGN(manifest.agentId, toUuid(wire.agent_id(), "agent_id"));
  if (manifest.agentId.isNil()) return fail(ErrorCode::ProtocolViolation, "manifest: agent_id is nil");
  TRY_ASSIGN(manifest.workspaceId, toUuid(wire.workspace_id(), "workspace_id"));
  if (wire.has_parent_id()) {
    TRY_ASSIGN(manifest.parentId, toUuid(wire.parent_id(), "parent_id"));
  }
  manifest.ownerName = wire.owner_username();
  manifest.workspaceName = wire.workspace_name();
  manifest.agentName = wire.agent_name();
  manifest.directory = wire.directory();
  manifest.portProxyUri = wire.vs_code_port_proxy_uri();
  manifest.motdPath = wire.motd_path();
  manifest.disablesDirectConnections = wire.disable_direct_connections();
  manifest.forcesRelayWebSockets = wire.derp_force_websockets();
  if (wire.has_derp_map()) manifest.derpMap = wire.derp_map().SerializeAsString();
  for (const auto& [name, value] : wire.environment_variables()) manifest.environment[name] = value;
  for (const auto& script : wire.scripts()) {
    TRY_ASSIGN(Script converted, toScript(script));
    manifest.scripts.push_back(std::move(converted));
  }
  for (const auto& app : wire.apps()) {
    TRY_ASSIGN(App converted, toApp(app));
    manifest.apps.push_back(std::move(converted));
  }
  for (const auto& item : wire.metadata())
    manifest.metadata.push_back({.key = item.key(),
                                 .script = item.script(),
                                 .interval = toSecondsOfMetadata(item.interval()),
                                 .timeout = toSecondsOfMetadata(item.timeout())});
  for (const auto& secret : wire.secrets())
    manifest.secrets.push_back(
        {.environmentName = secret.env_name(), .filePath = secret.file_path(), .value = Secret(secret.value())});
  return manifest;
}

}  // namespace berth::agent

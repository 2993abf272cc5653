// Workspace agents, apps, resources, and what is asked about a running agent (reference/rest-api.md 4.10 to 5).
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/api/Common.h"
#include "core/base/Clock.h"
#include "core/base/Enums.h"

namespace berth::api {

struct AppStatus {
  Uuid id;
  WallTime created_at = kNoTime;
  WorkspaceId workspace_id;
  AgentId agent_id;
  AppId app_id;
  std::string state, message, uri, icon;
  bool needs_user_attention = false;
};
BOOST_DESCRIBE_STRUCT(AppStatus, (),
                      (id, created_at, workspace_id, agent_id, app_id, state, message, uri, icon, needs_user_attention))

struct AppHealthcheck {
  std::string url;
  std::int64_t interval = 0;  // seconds
  std::int64_t threshold = 0;
};
BOOST_DESCRIBE_STRUCT(AppHealthcheck, (), (url, interval, threshold))

struct WorkspaceApp {
  AppId id;
  std::optional<std::string> url;
  bool external = false;
  std::string slug;
  std::optional<std::string> display_name, command, icon;
  bool subdomain = false;
  std::optional<std::string> subdomain_name;
  SharingLevel sharing_level = SharingLevel::Owner;
  AppHealthcheck healthcheck;
  AppHealth health = AppHealth::Disabled;
  std::optional<std::string> group;
  bool hidden = false;
  OpenIn open_in = OpenIn::SlimWindow;
  std::optional<std::string> tooltip;
  std::vector<AppStatus> statuses;
};
BOOST_DESCRIBE_STRUCT(WorkspaceApp, (),
                      (id, url, external, slug, display_name, command, icon, subdomain, subdomain_name, sharing_level,
                       healthcheck, health, group, hidden, open_in, tooltip, statuses))

struct AgentHealth {
  bool healthy = true;
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(AgentHealth, (), (healthy, reason))

struct DerpRegionLatency {
  bool preferred = false;
  double latency_ms = 0;
};
BOOST_DESCRIBE_STRUCT(DerpRegionLatency, (), (preferred, latency_ms))

struct WorkspaceAgentLogSource {
  AgentId workspace_agent_id;
  LogSourceId id;
  WallTime created_at = kNoTime;
  std::string display_name, icon;
};
BOOST_DESCRIBE_STRUCT(WorkspaceAgentLogSource, (), (workspace_agent_id, id, created_at, display_name, icon))

struct WorkspaceAgentScript {
  ScriptId id;
  LogSourceId log_source_id;
  std::string log_path, script, cron;
  bool run_on_start = false;
  bool run_on_stop = false;
  bool start_blocks_login = false;
  std::int64_t timeout = 0;  // nanoseconds
  std::string display_name;
  std::optional<std::int64_t> exit_code;
  std::optional<ScriptStatus> status;
};
BOOST_DESCRIBE_STRUCT(WorkspaceAgentScript, (),
                      (id, log_source_id, log_path, script, cron, run_on_start, run_on_stop, start_blocks_login,
                       timeout, display_name, exit_code, status))

struct WorkspaceAgent {
  AgentId id;
  Nullable<AgentId> parent_id;
  WallTime created_at = kNoTime;
  WallTime updated_at = kNoTime;
  std::optional<WallTime> first_connected_at, last_connected_at, disconnected_at;
  std::optional<WallTime> started_at, ready_at;
  AgentStatus status = AgentStatus::Connecting;
  AgentLifecycle lifecycle_state = AgentLifecycle::Created;
  std::string name;
  ResourceId resource_id;
  std::optional<std::string> instance_id;
  std::string architecture;
  std::map<std::string, std::string> environment_variables;
  std::string operating_system;
  std::int64_t logs_length = 0;
  bool logs_overflowed = false;
  std::optional<std::string> directory, expanded_directory;
  std::string version, api_version;
  std::vector<WorkspaceApp> apps;
  std::optional<std::map<std::string, DerpRegionLatency>> latency;
  std::int64_t connection_timeout_seconds = 0;
  std::string troubleshooting_url;
  std::vector<std::string> subsystems;
  AgentHealth health;
  std::vector<DisplayApp> display_apps;
  std::vector<WorkspaceAgentLogSource> log_sources;
  std::vector<WorkspaceAgentScript> scripts;
  std::string startup_script_behavior;  // blocking, non-blocking
};
BOOST_DESCRIBE_STRUCT(WorkspaceAgent, (),
                      (id, parent_id, created_at, updated_at, first_connected_at, last_connected_at, disconnected_at,
                       started_at, ready_at, status, lifecycle_state, name, resource_id, instance_id, architecture,
                       environment_variables, operating_system, logs_length, logs_overflowed, directory,
                       expanded_directory, version, api_version, apps, latency, connection_timeout_seconds,
                       troubleshooting_url, subsystems, health, display_apps, log_sources, scripts,
                       startup_script_behavior))

struct WorkspaceResourceMetadata {
  std::string key, value;
  bool sensitive = false;
};
BOOST_DESCRIBE_STRUCT(WorkspaceResourceMetadata, (), (key, value, sensitive))

struct WorkspaceResource {
  ResourceId id;
  WallTime created_at = kNoTime;
  JobId job_id;
  Transition workspace_transition = Transition::Start;
  std::string type, name;
  bool hide = false;
  std::string icon;
  std::optional<std::vector<WorkspaceAgent>> agents;
  std::optional<std::vector<WorkspaceResourceMetadata>> metadata;
  std::int64_t daily_cost = 0;
};
BOOST_DESCRIBE_STRUCT(WorkspaceResource, (),
                      (id, created_at, job_id, workspace_transition, type, name, hide, icon, agents, metadata,
                       daily_cost))

struct WorkspaceAgentLog {
  std::int64_t id = 0;
  WallTime created_at = kNoTime;
  std::string output;
  LogLevel level = LogLevel::Info;
  LogSourceId source_id;
};
BOOST_DESCRIBE_STRUCT(WorkspaceAgentLog, (), (id, created_at, output, level, source_id))

struct WorkspaceAgentListeningPort {
  std::string process_name, network;
  std::int64_t port = 0;
};
BOOST_DESCRIBE_STRUCT(WorkspaceAgentListeningPort, (), (process_name, network, port))

struct WorkspaceAgentListeningPortsResponse {
  std::vector<WorkspaceAgentListeningPort> ports;
};
BOOST_DESCRIBE_STRUCT(WorkspaceAgentListeningPortsResponse, (), (ports))

struct WorkspaceAgentMetadataResult {
  WallTime collected_at = kNoTime;
  std::int64_t age = 0;  // seconds
  std::string value, error;
};
BOOST_DESCRIBE_STRUCT(WorkspaceAgentMetadataResult, (), (collected_at, age, value, error))

struct WorkspaceAgentMetadataDescription {
  std::string display_name, key, script;
  std::int64_t interval = 0;  // seconds
  std::int64_t timeout = 0;   // seconds
};
BOOST_DESCRIBE_STRUCT(WorkspaceAgentMetadataDescription, (), (display_name, key, script, interval, timeout))

struct WorkspaceAgentMetadata {
  WorkspaceAgentMetadataResult result;
  WorkspaceAgentMetadataDescription description;
};
BOOST_DESCRIBE_STRUCT(WorkspaceAgentMetadata, (), (result, description))

// What agents send over REST (reference/rest-api.md 5.11).
struct AgentLogEntry {
  WallTime created_at = kNoTime;
  std::string output;
  LogLevel level = LogLevel::Info;
};
BOOST_DESCRIBE_STRUCT(AgentLogEntry, (), (created_at, output, level))

struct PatchAgentLogsRequest {
  LogSourceId log_source_id;
  std::vector<AgentLogEntry> logs;
};
BOOST_DESCRIBE_STRUCT(PatchAgentLogsRequest, (), (log_source_id, logs))

struct PostLogSourceRequest {
  LogSourceId id;
  std::string display_name, icon;
};
BOOST_DESCRIBE_STRUCT(PostLogSourceRequest, (), (id, display_name, icon))

struct AgentGitSshKey {
  std::string public_key, private_key;
};
BOOST_DESCRIBE_STRUCT(AgentGitSshKey, (), (public_key, private_key))

// DERP map: PascalCase on the wire (reference/rest-api.md 5.4, tailnet.md 5).
struct DerpNode {
  std::string Name;
  std::int64_t RegionID = 0;
  std::string HostName;
  std::optional<std::string> CertName, IPv4, IPv6;
  std::optional<std::int64_t> STUNPort;
  std::optional<bool> STUNOnly;
  std::optional<std::int64_t> DERPPort;
  std::optional<bool> InsecureForTests, ForceHTTP;
  std::optional<std::string> STUNTestIP;
};
BOOST_DESCRIBE_STRUCT(DerpNode, (),
                      (Name, RegionID, HostName, CertName, IPv4, IPv6, STUNPort, STUNOnly, DERPPort, InsecureForTests,
                       ForceHTTP, STUNTestIP))

struct DerpRegion {
  bool EmbeddedRelay = false;
  std::int64_t RegionID = 0;
  std::string RegionCode, RegionName;
  std::optional<bool> Avoid;
  std::vector<DerpNode> Nodes;
};
BOOST_DESCRIBE_STRUCT(DerpRegion, (), (EmbeddedRelay, RegionID, RegionCode, RegionName, Avoid, Nodes))

struct DerpMap {
  std::map<std::string, DerpRegion> Regions;  // key: the region's number
  std::optional<bool> OmitDefaultRegions;
};
BOOST_DESCRIBE_STRUCT(DerpMap, (), (Regions, OmitDefaultRegions))

struct AgentConnectionInfo {
  DerpMap derp_map;
  bool derp_force_websockets = false;
  bool disable_direct_connections = false;
  std::optional<std::string> hostname_suffix;
};
BOOST_DESCRIBE_STRUCT(AgentConnectionInfo, (),
                      (derp_map, derp_force_websockets, disable_direct_connections, hostname_suffix))

}  // namespace berth::api

// What the control plane tells an agent about itself (reference/tailnet.md 7.3), in the agent's own terms.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/Ids.h"
#include "core/base/Secret.h"

namespace berth::agent {

struct Script {
  Uuid id;
  Uuid logSourceId;
  std::string displayName;
  std::string logPath;
  std::string text;
  std::string cron;
  bool runsOnStart = false;
  bool runsOnStop = false;
  std::chrono::seconds timeout{0};  // zero: none
};

enum class AppHealth { Unspecified = 0, Disabled = 1, Initializing = 2, Healthy = 3, Unhealthy = 4 };

struct App {
  Uuid id;
  std::string slug;
  std::string healthUrl;
  std::chrono::seconds healthInterval{0};
  int healthThreshold = 0;
  AppHealth health = AppHealth::Unspecified;
};

struct MetadataItem {
  std::string key;
  std::string script;
  std::chrono::seconds interval{0};  // zero: once
  std::chrono::seconds timeout{0};   // zero: the interval
};

struct UserSecret {
  std::string environmentName;  // either may be empty
  std::string filePath;
  Secret value;
};

struct Manifest {
  Uuid agentId;
  Uuid workspaceId;
  std::optional<Uuid> parentId;
  std::string ownerName;
  std::string workspaceName;
  std::string agentName;
  std::string directory;  // as given: may hold ~ and $VARS
  std::string portProxyUri;
  std::string motdPath;
  std::map<std::string, std::string> environment;
  std::vector<Script> scripts;
  std::vector<App> apps;
  std::vector<MetadataItem> metadata;
  std::vector<UserSecret> secrets;
  bool disablesDirectConnections = false;
  bool forcesRelayWebSockets = false;
  std::string derpMap;  // the serialised coder.tailnet.v2.DERPMap, for the tunnel; empty when there is none
};

}  // namespace berth::agent

// What provisioning makes out of templates, plans and state (reference/provisioning.md 4).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace berth::provision {

struct TemplateVariable {
  std::string name;
  std::string description;
  std::string type;          // expression text, such as "list(string)"
  std::string defaultValue;  // strings as they are, other types as their expression
  bool isRequired = false;   // has no default
  bool isSensitive = false;
};

struct ParameterOption {
  std::string name;
  std::string description;
  std::string value;
  std::string icon;
};

struct Parameter {
  std::string name;
  std::string displayName;
  std::string description;
  std::string type;  // string, number, bool, list(string)
  std::string formType;
  std::string icon;
  std::string defaultValue;
  std::string styling;  // JSON object
  std::vector<ParameterOption> options;
  std::string validationRegex;
  std::string validationError;
  std::optional<std::int32_t> validationMin;
  std::optional<std::int32_t> validationMax;
  std::string validationMonotonic;  // increasing, decreasing or empty
  bool isRequired = false;
  bool isMutable = false;
  bool isEphemeral = false;
  std::int32_t order = 0;
};

struct Preset {
  std::string name;
  std::string description;
  std::string icon;
  bool isDefault = false;
  std::map<std::string, std::string> parameters;
};

struct ExternalAuth {
  std::string id;
  bool isOptional = false;
};

struct AgentMetadata {
  std::string key;
  std::string displayName;
  std::string script;
  std::int64_t intervalSeconds = 0;
  std::int64_t timeoutSeconds = 0;
  std::int64_t order = 0;
};

struct Script {
  std::string displayName;
  std::string icon;
  std::string script;
  std::string cron;
  std::string logPath;
  bool startBlocksLogin = false;
  bool runOnStart = false;
  bool runOnStop = false;
  std::int32_t timeoutSeconds = 0;
};

struct App {
  std::string id;  // Terraform's; empty in plans
  std::string slug;
  std::string displayName;
  std::string command;
  std::string url;
  std::string icon;
  std::string group;
  std::string tooltip;
  std::string sharingLevel = "owner";  // owner, authenticated, public
  std::string openIn = "slim-window";  // slim-window, tab
  std::string healthcheckUrl;
  std::int32_t healthcheckIntervalSeconds = 0;
  std::int32_t healthcheckThreshold = 0;
  std::int64_t order = 0;
  bool isSubdomain = false;
  bool isExternal = false;
  bool isHidden = false;
};

struct VolumeMonitor {
  std::string path;
  bool isEnabled = false;
  std::int32_t threshold = 0;
};

struct Agent {
  std::string id;  // Terraform's; empty in plans; only for matching
  std::string name;
  std::string token;       // empty unless token authentication
  std::string instanceId;  // for the other kinds
  std::string operatingSystem;
  std::string architecture;
  std::string directory;
  std::string troubleshootingUrl;
  std::string motdFile;
  std::string apiKeyScope;
  std::map<std::string, std::string> environment;  // coder_env values with the agent's own on top
  std::int32_t connectionTimeoutSeconds = 0;
  std::int64_t order = 0;
  std::vector<std::string> displayApps;  // vscode, vscode_insiders, web_terminal, ssh_helper, port_forwarding_helper
  std::vector<AgentMetadata> metadata;
  std::vector<Script> scripts;
  std::vector<App> apps;
  std::optional<VolumeMonitor> memoryMonitor;  // without path
  std::vector<VolumeMonitor> volumeMonitors;
};

struct ResourceMetadata {
  std::string key;
  std::string value;
  bool isSensitive = false;
};

struct Resource {
  std::string name;
  std::string type;
  std::string icon;
  std::string instanceType;
  std::string modulePath;  // empty: root
  std::int32_t dailyCost = 0;
  bool isHidden = false;
  std::vector<Agent> agents;
  std::vector<ResourceMetadata> metadata;
};

// All that one plan or state says.
struct Derived {
  std::vector<Resource> resources;    // by address
  std::vector<Parameter> parameters;  // in the order found
  std::vector<Preset> presets;
  std::vector<ExternalAuth> externalAuths;  // by id
  int aiTaskCount = 0;
  bool hasExternalAgent = false;
};

}  // namespace berth::provision

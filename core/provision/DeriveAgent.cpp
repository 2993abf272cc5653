#include "core/provision/DeriveAgent.h"

#include <cctype>
#include <set>

#include "core/provision/JsonAccess.h"

namespace berth::provision {

namespace {

constexpr std::string_view kNamePattern = "(?i)^[a-z0-9](-?[a-z0-9])*$";

// kNamePattern, by hand: letters and digits with single dashes between them.
bool isName(std::string_view name) {
  bool mayDash = false;
  for (const char c : name) {
    const bool isAlphanumeric = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (!isAlphanumeric && (c != '-' || !mayDash)) return false;
    mayDash = isAlphanumeric;
  }
  return mayDash;
}

std::string lowerCase(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

Result<void> checkAgentName(const std::string& name) {
  if (name.find('_') != std::string::npos)
    return fail(ErrorCode::InvalidInput,
                std::format("agent name \"{}\" contains underscores which are no longer supported, please use hyphens "
                            "instead (regex: \"{}\")",
                            name, kNamePattern));
  if (!isName(name))
    return fail(ErrorCode::InvalidInput,
                std::format("agent name \"{}\" does not match regex \"{}\"", name, kNamePattern));
  return {};
}

std::vector<std::string> displayAppsOf(const json::object& values) {
  struct DisplayApp {
    std::string_view name;
    bool isDefault;
  };
  constexpr DisplayApp kDisplayApps[] = {{"vscode", true},
                                         {"vscode_insiders", false},
                                         {"web_terminal", true},
                                         {"ssh_helper", true},
                                         {"port_forwarding_helper", true}};
  const bool isGiven = !arrayAt(values, "display_apps").empty();
  const auto& block = blockAt(values, "display_apps");
  std::vector<std::string> apps;
  for (const auto& app : kDisplayApps)
    if (isGiven ? flagAt(block, app.name) : app.isDefault) apps.emplace_back(app.name);
  return apps;
}

std::vector<Script> builtInScripts(const json::object& values) {
  std::vector<Script> scripts;
  if (auto text = textAt(values, "startup_script"); !text.empty())
    scripts.push_back({.displayName = "Startup Script",
                       .icon = "/emojis/25b6-fe0f.png",
                       .script = std::move(text),
                       .cron = {},
                       .logPath = "coder-startup-script.log",
                       .startBlocksLogin = textAt(values, "startup_script_behavior") == "blocking",
                       .runOnStart = true});
  if (auto text = textAt(values, "shutdown_script"); !text.empty())
    scripts.push_back({.displayName = "Shutdown Script",
                       .icon = "/emojis/25c0.png",
                       .script = std::move(text),
                       .cron = {},
                       .logPath = "coder-shutdown-script.log",
                       .runOnStop = true});
  return scripts;
}

void readMonitors(const json::object& values, Agent& agent) {
  const auto& monitoring = blockAt(values, "resources_monitoring");
  if (!arrayAt(monitoring, "memory").empty()) {
    const auto& memory = blockAt(monitoring, "memory");
    agent.memoryMonitor = VolumeMonitor{{}, flagAt(memory, "enabled"), number32At(memory, "threshold")};
  }
  for (const auto& raw : arrayAt(monitoring, "volume")) {
    const auto& volume = asObject(raw);
    agent.volumeMonitors.push_back(
        {textAt(volume, "path"), flagAt(volume, "enabled"), number32At(volume, "threshold")});
  }
}

Agent agentOf(const Instance& instance) {
  const auto& values = instance.values;
  Agent agent;
  agent.id = textAt(values, "id");
  agent.name = instance.name;
  if (textAt(values, "auth") == "token") agent.token = textAt(values, "token");
  agent.operatingSystem = textAt(values, "os");
  agent.architecture = textAt(values, "arch");
  agent.directory = textAt(values, "dir");
  agent.troubleshootingUrl = textAt(values, "troubleshooting_url");
  agent.motdFile = textAt(values, "motd_file");
  agent.apiKeyScope = textAt(values, "api_key_scope");
  agent.connectionTimeoutSeconds = number32At(values, "connection_timeout");
  agent.order = numberAt(values, "order");
  agent.displayApps = displayAppsOf(values);
  agent.scripts = builtInScripts(values);
  readMonitors(values, agent);
  for (const auto& raw : arrayAt(values, "metadata")) {
    const auto& entry = asObject(raw);
    agent.metadata.push_back({textAt(entry, "key"), textAt(entry, "display_name"), textAt(entry, "script"),
                              numberAt(entry, "interval"), numberAt(entry, "timeout"), numberAt(entry, "order")});
  }
  return agent;
}

App appOf(const Instance& instance) {
  const auto& values = instance.values;
  const auto firstOf = [](std::string a, std::string b) { return a.empty() ? b : a; };
  App app;
  app.id = textAt(values, "id");
  app.slug = firstOf(textAt(values, "slug"), instance.name);
  app.displayName = firstOf(textAt(values, "display_name"), firstOf(textAt(values, "name"), app.slug));
  app.command = textAt(values, "command");
  app.url = textAt(values, "url");
  app.icon = textAt(values, "icon");
  app.group = textAt(values, "group");
  app.tooltip = textAt(values, "tooltip");
  if (const auto share = textAt(values, "share"); share == "authenticated" || share == "public")
    app.sharingLevel = share;
  if (textAt(values, "open_in") == "tab") app.openIn = "tab";
  const auto& healthcheck = blockAt(values, "healthcheck");
  app.healthcheckUrl = textAt(healthcheck, "url");
  app.healthcheckIntervalSeconds = number32At(healthcheck, "interval");
  app.healthcheckThreshold = number32At(healthcheck, "threshold");
  app.order = numberAt(values, "order");
  app.isSubdomain = flagAt(values, "subdomain");
  app.isExternal = flagAt(values, "external");
  app.isHidden = flagAt(values, "hidden");
  return app;
}

Script scriptOf(const Instance& instance) {
  const auto& values = instance.values;
  return {.displayName = textAt(values, "display_name"),
          .icon = textAt(values, "icon"),
          .script = textAt(values, "script"),
          .cron = textAt(values, "cron"),
          .logPath = textAt(values, "log_path"),
          .startBlocksLogin = flagAt(values, "start_blocks_login"),
          .runOnStart = flagAt(values, "run_on_start"),
          .runOnStop = flagAt(values, "run_on_stop"),
          .timeoutSeconds = number32At(values, "timeout")};
}

// 4.8
Result<void> mergeVariable(Agent& agent, const json::object& values) {
  const std::string name = textAt(values, "name");
  const std::string value = textAt(values, "value");
  const std::string strategy = textAt(values, "merge_strategy");
  const auto found = agent.environment.find(name);
  const bool hasValue = found != agent.environment.end() && !found->second.empty();
  if (strategy == "append" && hasValue) {
    found->second += ":" + value;
  } else if (strategy == "prepend" && hasValue) {
    found->second = value + ":" + found->second;
  } else if (strategy == "error" && found != agent.environment.end()) {
    return fail(ErrorCode::InvalidInput, std::format("duplicate env var \"{}\" with merge_strategy \"error\"", name));
  } else {
    agent.environment[name] = value;
  }
  return {};
}

using AgentList = std::vector<std::pair<const Instance*, Agent>>;

// 4.5: by id after an apply, by reference in a plan.
Agent* ownerOf(const Instance& child, AgentList& agents) {
  const std::string id = textAt(child.values, "agent_id");
  for (auto& [instance, agent] : agents)
    if (id.empty() ? (!child.agentLabel.empty() && child.agentLabel == instance->label) : id == agent.id) return &agent;
  return nullptr;
}

Result<void> attachChildren(const std::vector<const Instance*>& ordered, AgentList& agents) {
  std::set<std::string> slugs;
  for (const auto* child : ordered) {
    if (child->type == "coder_app") {
      const auto app = appOf(*child);
      if (!isName(app.slug) || app.slug != lowerCase(app.slug))
        return fail(ErrorCode::InvalidInput,
                    std::format("app slug \"{}\" does not match regex \"^[a-z0-9](-?[a-z0-9])*$\"", app.slug));
      if (!slugs.insert(app.slug).second)
        return fail(ErrorCode::InvalidInput,
                    std::format("duplicate app slug, they must be unique per template: \"{}\"", app.slug));
    }
    Agent* agent = ownerOf(*child, agents);
    if (!agent) continue;
    if (child->type == "coder_app") agent->apps.push_back(appOf(*child));
    if (child->type == "coder_script") agent->scripts.push_back(scriptOf(*child));
    if (child->type == "coder_env") TRY(mergeVariable(*agent, child->values));
    if (child->type == "coder_agent_instance" && agent->token.empty())
      agent->instanceId = textAt(child->values, "instance_id");
  }
  return {};
}

}  // namespace

Result<AgentList> deriveAgents(const Snapshot& snapshot) {
  std::vector<const Instance*> ordered;
  for (const auto& instance : snapshot.instances)
    if (instance.isManaged) ordered.push_back(&instance);
  std::ranges::sort(ordered, {}, &Instance::address);

  AgentList agents;
  std::set<std::string> names;
  for (const auto* instance : ordered) {
    if (instance->type != "coder_agent") continue;
    TRY(checkAgentName(instance->name));
    // Instances of one counted agent share their name on purpose.
    if (std::ranges::any_of(agents, [&](const auto& other) { return other.first->label == instance->label; })) continue;
    if (!names.insert(lowerCase(instance->name)).second)
      return fail(ErrorCode::InvalidInput, std::format("duplicate agent name: {}", instance->name));
    agents.emplace_back(instance, agentOf(*instance));
  }
  TRY(attachChildren(ordered, agents));
  for (auto& [instance, agent] : agents)
    for (auto& [name, value] : textsAt(instance->values, "env")) agent.environment[name] = value;
  return agents;
}

}  // namespace berth::provision

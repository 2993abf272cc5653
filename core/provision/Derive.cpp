#include "core/provision/Derive.h"

#include <cctype>

#include "core/provision/DeriveAgent.h"
#include "core/provision/DeriveParameters.h"
#include "core/provision/JsonAccess.h"

namespace berth::provision {

namespace {

using InstanceList = std::vector<const Instance*>;

// Types that describe other resources; all else that is managed is shown as a resource.
bool isDescription(std::string_view type) {
  return type == "coder_script" || type == "coder_agent" || type == "coder_agent_instance" || type == "coder_app" ||
         type == "coder_metadata";
}

// What an agent can run on and metadata can describe.
bool isInfrastructure(const Instance& instance) {
  return instance.isManaged && (!instance.type.starts_with("coder_") || instance.type == "coder_external_agent");
}

InstanceList byAddress(const Snapshot& snapshot, std::string_view type) {
  InstanceList list;
  for (const auto& instance : snapshot.instances)
    if (instance.isManaged && (type.empty() || instance.type == type)) list.push_back(&instance);
  std::ranges::sort(list, {}, &Instance::address);
  return list;
}

// The label nearest to what `candidates` were chosen by: the first by name of those that are not shadowed by another
// candidate. `isShadowed(a, b)`: b lies between a and the starting point.
template <typename IsShadowed>
std::string nearest(const InstanceList& candidates, IsShadowed isShadowed) {
  std::string best;
  for (const auto* candidate : candidates) {
    const bool isHidden = std::ranges::any_of(candidates, [&](const Instance* other) {
      return other->label != candidate->label && isShadowed(*candidate, *other);
    });
    if (!isHidden && (best.empty() || candidate->label < best)) best = candidate->label;
  }
  return best;
}

// 4.3: from the agent to the nearest resource that depends on it. Empty when there is none, as in a stopped workspace.
std::string hostOfAgent(const Instance& agent, const InstanceList& managed) {
  InstanceList candidates;
  for (const auto* instance : managed)
    if (isInfrastructure(*instance) && instance->ancestors.contains(agent.label)) candidates.push_back(instance);
  return nearest(candidates,
                 [](const Instance& far, const Instance& near) { return far.ancestors.contains(near.label); });
}

// 4.10: from the metadata to the nearest resource that it depends on.
std::string targetOfMetadata(const Instance& metadata, const InstanceList& managed) {
  InstanceList candidates;
  for (const auto* instance : managed)
    if (isInfrastructure(*instance) && metadata.ancestors.contains(instance->label)) candidates.push_back(instance);
  return nearest(candidates,
                 [](const Instance& far, const Instance& near) { return near.ancestors.contains(far.label); });
}

struct ResourceDetails {
  bool isHidden = false;
  std::string icon;
  std::int32_t dailyCost = 0;
  std::vector<ResourceMetadata> items;
};

Result<std::map<std::string, ResourceDetails>> deriveMetadata(const Snapshot& snapshot, const InstanceList& managed) {
  std::map<std::string, ResourceDetails> details;
  std::map<std::string, std::string> sources;
  for (const auto* metadata : byAddress(snapshot, "coder_metadata")) {
    const std::string target = targetOfMetadata(*metadata, managed);
    if (target.empty()) continue;
    const auto [source, isNew] = sources.emplace(target, metadata->label);
    if (!isNew && source->second == metadata->label) continue;
    if (!isNew) return fail(ErrorCode::InvalidInput, std::format("duplicate metadata resource: {}", target));
    auto& entry = details[target];
    entry.isHidden = flagAt(metadata->values, "hide");
    entry.icon = textAt(metadata->values, "icon");
    entry.dailyCost = number32At(metadata->values, "daily_cost");
    for (const auto& raw : arrayAt(metadata->values, "item")) {
      const auto& item = asObject(raw);
      if (flagAt(item, "is_null")) continue;
      entry.items.push_back({textAt(item, "key"), textAt(item, "value"), flagAt(item, "sensitive")});
    }
  }
  return details;
}

// 4.4: cloud machines say by themselves which instance an agent without a token runs on.
struct InstanceIdentity {
  std::string_view type;
  std::string_view idAttribute;
  std::string_view sizeAttribute;
};
constexpr InstanceIdentity kIdentities[] = {
    {"google_compute_instance", "instance_id", "machine_type"},
    {"aws_instance", "id", "instance_type"},
    {"aws_spot_instance_request", "spot_instance_id", "instance_type"},
    {"azurerm_linux_virtual_machine", "virtual_machine_id", "size"},
    {"azurerm_windows_virtual_machine", "virtual_machine_id", "size"},
};

void applyIdentity(const Instance& instance, Resource& resource) {
  const auto* identity = std::ranges::find(kIdentities, instance.type, &InstanceIdentity::type);
  if (identity == std::end(kIdentities)) return;
  resource.instanceType = textAt(instance.values, identity->sizeAttribute);
  for (auto& agent : resource.agents)
    if (agent.token.empty() && agent.instanceId.empty())
      agent.instanceId = textAt(instance.values, identity->idAttribute);
}

Result<std::vector<Resource>> deriveResources(const Snapshot& snapshot) {
  const auto managed = byAddress(snapshot, {});
  TRY_ASSIGN(const auto details, deriveMetadata(snapshot, managed));
  TRY_ASSIGN(const auto agents, deriveAgents(snapshot));
  std::multimap<std::string, const Agent*> agentsByHost;
  for (const auto& [instance, agent] : agents) agentsByHost.emplace(hostOfAgent(*instance, managed), &agent);

  std::vector<Resource> resources;
  for (const auto* instance : managed) {
    if (isDescription(instance->type)) continue;
    Resource resource;
    resource.name = instance->name;
    resource.type = instance->type;
    resource.modulePath = instance->module;
    const auto [first, last] = agentsByHost.equal_range(instance->label);
    for (auto it = first; it != last; ++it) resource.agents.push_back(*it->second);
    if (const auto found = details.find(instance->label); found != details.end()) {
      resource.isHidden = found->second.isHidden;
      resource.icon = found->second.icon;
      resource.dailyCost = found->second.dailyCost;
      resource.metadata = found->second.items;
    }
    applyIdentity(*instance, resource);
    resources.push_back(std::move(resource));
  }
  return resources;
}

std::vector<ExternalAuth> deriveExternalAuths(const Snapshot& snapshot) {
  std::map<std::string, ExternalAuth> byId;
  for (const std::string_view type : {"coder_git_auth", "coder_external_auth"})
    for (const auto& instance : snapshot.instances)
      if (!instance.isManaged && instance.type == type) {
        const std::string id = textAt(instance.values, "id");
        byId[id] = {id, flagAt(instance.values, "optional")};
      }
  std::vector<ExternalAuth> auths;
  for (auto& [id, auth] : byId) auths.push_back(std::move(auth));
  return auths;
}

}  // namespace

Result<Derived> derive(const Snapshot& snapshot) {
  Derived derived;
  TRY_ASSIGN(derived.resources, deriveResources(snapshot));
  TRY_ASSIGN(derived.parameters, deriveParameters(snapshot));
  TRY_ASSIGN(derived.presets, derivePresets(snapshot));
  derived.externalAuths = deriveExternalAuths(snapshot);
  derived.aiTaskCount = static_cast<int>(byAddress(snapshot, "coder_ai_task").size());
  derived.hasExternalAgent = !byAddress(snapshot, "coder_external_agent").empty();
  return derived;
}

}  // namespace berth::provision

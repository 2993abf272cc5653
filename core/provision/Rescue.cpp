#include "core/provision/Rescue.h"

#include <map>

#include "core/provision/JsonAccess.h"
#include "core/provision/Snapshot.h"
#include "core/provision/TofuEvent.h"

namespace berth::provision {

namespace {

bool isRecord(std::string_view address) {
  const auto plain = withoutIndexes(address);
  return plain.starts_with("coder_") || plain.contains(".coder_") || plain.starts_with("data.");
}

// What exists by the output: id by address.
std::map<std::string, std::string> madeBy(std::string_view output) {
  std::map<std::string, std::string> made;
  while (!output.empty()) {
    const auto end = std::min(output.find('\n'), output.size());
    const auto event = parseTofuLine(output.substr(0, end));
    output.remove_prefix(std::min(end + 1, output.size()));
    if (event.type != "apply_complete") continue;
    if (event.action == "delete") made.erase(event.resource);
    if (event.action == "create" && !event.resourceId.empty()) made[event.resource] = event.resourceId;
  }
  return made;
}

}  // namespace

Result<std::vector<LostResource>> lostResources(std::string_view output, std::string_view stateFile) {
  auto made = madeBy(output);
  TRY_ASSIGN(const auto state, readState(stateFile));
  for (const auto& instance : state.instances) {
    const auto found = made.find(instance.address);
    if (found != made.end() && found->second == textAt(instance.values, "id")) made.erase(found);
  }
  std::vector<LostResource> lost;
  for (const auto& [address, id] : made)
    if (!isRecord(address)) lost.push_back({address, id});
  return lost;
}

Result<std::string> withoutAddresses(std::string_view stateFile, const std::vector<LostResource>& lost) {
  if (stateFile.empty()) return std::string();
  TRY_ASSIGN(auto state, parseJson(stateFile, "the state"));
  auto* resources = state.is_object() ? state.get_object().if_contains("resources") : nullptr;
  if (!resources || !resources->is_array()) return std::string(stateFile);
  for (auto& entry : resources->get_array()) {
    auto* instances = entry.is_object() ? entry.get_object().if_contains("instances") : nullptr;
    if (!instances || !instances->is_array()) continue;
    json::array kept;
    for (auto& instance : instances->get_array()) {
      const auto address = addressOf(entry.get_object(), asObject(instance));
      if (!std::ranges::contains(lost, address, &LostResource::address)) kept.push_back(instance);
    }
    *instances = std::move(kept);
  }
  return json::serialize(state);
}

}  // namespace berth::provision

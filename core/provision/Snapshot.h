// One shape for what OpenTofu knows: read from a plan's JSON or from a state file, with who depends on whom, so that
// `tofu graph` need not run (reference/provisioning.md 4.1, 4.15).
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/Error.h"

namespace berth::provision {

struct Instance {
  std::string address;  // module.m[0].coder_agent.main[1]
  std::string label;    // the same without indexes
  std::string module;   // module.m[0]; empty: root
  std::string type;
  std::string name;
  bool isManaged = false;
  boost::json::object values;                    // attributes; those unknown in a plan are absent
  std::set<std::string, std::less<>> ancestors;  // labels of all resources that it depends on, directly or not
  std::string agentLabel;                        // plans only: the coder_agent that `agent_id` refers to
};

struct Snapshot {
  std::vector<Instance> instances;  // child modules before their parent's own; data before managed in plans
};

// References of locals, by name; a plan's JSON does not have them.
using LocalReferences = std::map<std::string, std::vector<std::string>, std::less<>>;

// `show -json PLAN`: data sources of the prior state, then everything planned.
Result<Snapshot> readPlan(std::string_view planJson, const LocalReferences& locals);

// terraform.tfstate, version 4. Empty text is an empty state.
Result<Snapshot> readState(std::string_view stateFile);

// Of an instance in a state file: "module.m.coder_agent.main[0]".
std::string addressOf(const boost::json::object& resource, const boost::json::object& instance);

// "module.m[\"a.b\"].type.name[0]" without indexes: "module.m.type.name".
std::string withoutIndexes(std::string_view address);

}  // namespace berth::provision

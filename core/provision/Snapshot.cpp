#include "core/provision/Snapshot.h"

#include "core/provision/JsonAccess.h"

namespace berth::provision {

namespace {

// Modules within modules; guards the stack.
constexpr int kMaxModuleDepth = 64;

std::string inModule(std::string_view module, std::string_view name) {
  return module.empty() ? std::string(name) : std::format("{}.{}", module, name);
}

// Who refers to whom in a plan's configuration. Nodes are resource labels and, beginning with a mark that no address
// has, variables "v:", locals "l:" and outputs "o:" of a module.
class ReferenceGraph {
 public:
  void addModule(const json::object& config, const std::string& module, int depth) {
    if (depth > kMaxModuleDepth) return;
    for (const auto& entry : arrayAt(config, "resources")) addResource(asObject(entry), module);
    for (const auto& [name, output] : objectAt(config, "outputs"))
      addExpression(asObject(output).if_contains("expression"), "o:" + inModule(module, name), module);
    for (const auto& [name, call] : objectAt(config, "module_calls")) {
      const std::string child = inModule(module, std::format("module.{}", std::string_view(name)));
      for (const auto& [argument, expression] : objectAt(asObject(call), "expressions"))
        addExpression(&expression, "v:" + inModule(child, argument), module);
      addModule(objectAt(asObject(call), "module"), child, depth + 1);
    }
  }

  void addLocals(const LocalReferences& locals) {
    for (const auto& [name, references] : locals)
      for (const auto& reference : references) addReference("l:" + name, reference, "");
  }

  std::set<std::string, std::less<>> ancestorsOf(const std::string& label) const {
    std::set<std::string, std::less<>> seen;
    std::vector<std::string> open = {label};
    while (!open.empty()) {
      const auto found = m_edges.find(open.back());
      open.pop_back();
      if (found == m_edges.end()) continue;
      for (const auto& next : found->second)
        if (seen.insert(next).second) open.push_back(next);
    }
    std::erase_if(seen, [&](const std::string& node) { return node == label || isMarked(node); });
    return seen;
  }

  // The one agent that an `agent_id` leads to, through variables, locals and outputs.
  std::string agentOf(const std::string& label) const {
    const auto agents = ancestorsOf("a:" + label);
    const auto found = std::ranges::find_if(agents, [](const std::string& node) {
      return node.starts_with("coder_agent.") || node.find(".coder_agent.") != std::string::npos;
    });
    return found == agents.end() ? std::string() : *found;
  }

 private:
  static bool isMarked(std::string_view node) { return node.size() > 1 && node[1] == ':'; }

  void addResource(const json::object& resource, const std::string& module) {
    const std::string label = inModule(module, withoutIndexes(textAt(resource, "address")));
    const auto& expressions = objectAt(resource, "expressions");
    for (const auto& [name, expression] : expressions) addExpression(&expression, label, module);
    addExpression(expressions.if_contains("agent_id"), "a:" + label, module);
    addExpression(resource.if_contains("count_expression"), label, module);
    addExpression(resource.if_contains("for_each_expression"), label, module);
    for (const auto& other : arrayAt(resource, "depends_on"))
      if (const auto* text = other.if_string()) addReference(label, *text, module);
  }

  // An expression is {"references": [...]}; blocks are nested objects and arrays of them.
  void addExpression(const json::value* expression, const std::string& from, const std::string& module) {
    if (!expression) return;
    if (const auto* array = expression->if_array()) {
      for (const auto& entry : *array) addExpression(&entry, from, module);
    } else if (const auto* object = expression->if_object()) {
      if (const auto* list = object->if_contains("references"); list && list->is_array()) {
        for (const auto& entry : list->get_array())
          if (const auto* text = entry.if_string()) addReference(from, *text, module);
      } else {
        for (const auto& [name, nested] : *object) addExpression(&nested, from, module);
      }
    }
  }

  void addReference(const std::string& from, std::string_view reference, const std::string& module) {
    std::vector<std::string> parts;
    std::string plain = withoutIndexes(reference);
    for (std::size_t at = 0; at <= plain.size();) {
      const auto dot = std::min(plain.find('.', at), plain.size());
      parts.push_back(plain.substr(at, dot - at));
      at = dot + 1;
    }
    if (parts.size() < 2) return;
    if (parts[0] == "var") {
      m_edges[from].insert("v:" + inModule(module, parts[1]));
    } else if (parts[0] == "local") {
      if (module.empty()) m_edges[from].insert("l:" + parts[1]);
    } else if (parts[0] == "module") {
      // "module.m" alone stands beside the longer form in plan JSON.
      if (parts.size() > 2) m_edges[from].insert("o:" + inModule(module, "module." + parts[1] + "." + parts[2]));
    } else if (parts[0] == "data") {
      if (parts.size() > 2) m_edges[from].insert(inModule(module, "data." + parts[1] + "." + parts[2]));
    } else {
      m_edges[from].insert(inModule(module, parts[0] + "." + parts[1]));
    }
  }

  std::map<std::string, std::set<std::string>, std::less<>> m_edges;
};

Instance instanceOf(const json::object& resource, std::string module) {
  Instance instance;
  instance.address = textAt(resource, "address");
  instance.label = withoutIndexes(instance.address);
  instance.module = std::move(module);
  instance.type = textAt(resource, "type");
  instance.name = textAt(resource, "name");
  instance.isManaged = textAt(resource, "mode") == "managed";
  instance.values = objectAt(resource, "values");
  return instance;
}

void collectModule(const json::object& module, bool wantsManaged, Snapshot& snapshot, int depth) {
  if (depth > kMaxModuleDepth) return;
  for (const auto& child : arrayAt(module, "child_modules"))
    collectModule(asObject(child), wantsManaged, snapshot, depth + 1);
  for (const auto& entry : arrayAt(module, "resources")) {
    auto instance = instanceOf(asObject(entry), textAt(module, "address"));
    if (wantsManaged || !instance.isManaged) snapshot.instances.push_back(std::move(instance));
  }
}

std::string indexOf(const json::object& instance) {
  const auto* key = instance.if_contains("index_key");
  if (!key || key->is_null()) return {};
  return std::format("[{}]", json::serialize(*key));
}

}  // namespace

std::string withoutIndexes(std::string_view address) {
  std::string plain;
  int depth = 0;
  bool isQuoted = false;
  for (std::size_t i = 0; i < address.size(); ++i) {
    const char c = address[i];
    if (isQuoted) {
      if (c == '\\') ++i;
      if (c == '"') isQuoted = false;
    } else if (c == '"' && depth > 0) {
      isQuoted = true;
    } else if (c == '[') {
      ++depth;
    } else if (c == ']') {
      depth = std::max(0, depth - 1);
    } else if (depth == 0) {
      plain += c;
    }
  }
  return plain;
}

std::string addressOf(const json::object& resource, const json::object& instance) {
  const auto* prefix = textAt(resource, "mode") == "managed" ? "" : "data.";
  return inModule(textAt(resource, "module"), std::format("{}{}.{}{}", prefix, textAt(resource, "type"),
                                                          textAt(resource, "name"), indexOf(instance)));
}

Result<Snapshot> readPlan(std::string_view planJson, const LocalReferences& locals) {
  TRY_ASSIGN(const auto plan, parseJson(planJson, "the plan"));
  const auto& top = asObject(plan);
  Snapshot snapshot;
  collectModule(objectAt(objectAt(objectAt(top, "prior_state"), "values"), "root_module"), false, snapshot, 0);
  collectModule(objectAt(objectAt(top, "planned_values"), "root_module"), true, snapshot, 0);
  ReferenceGraph graph;
  graph.addModule(objectAt(objectAt(top, "configuration"), "root_module"), "", 0);
  graph.addLocals(locals);
  for (auto& instance : snapshot.instances) {
    instance.ancestors = graph.ancestorsOf(instance.label);
    instance.agentLabel = graph.agentOf(instance.label);
  }
  return snapshot;
}

Result<Snapshot> readState(std::string_view stateFile) {
  Snapshot snapshot;
  if (stateFile.empty()) return snapshot;
  TRY_ASSIGN(const auto state, parseJson(stateFile, "the state"));
  if (numberAt(asObject(state), "version") != 4) return fail(ErrorCode::Unsupported, "the state is not of version 4");
  for (const auto& entry : arrayAt(asObject(state), "resources")) {
    const auto& resource = asObject(entry);
    for (const auto& raw : arrayAt(resource, "instances")) {
      const auto& object = asObject(raw);
      if (object.contains("deposed")) continue;
      auto instance = instanceOf(resource, textAt(resource, "module"));
      instance.address = addressOf(resource, object);
      instance.label = withoutIndexes(instance.address);
      instance.values = objectAt(object, "attributes");
      for (const auto& other : arrayAt(object, "dependencies"))
        if (const auto* text = other.if_string()) instance.ancestors.emplace(*text);
      snapshot.instances.push_back(std::move(instance));
    }
  }
  return snapshot;
}

}  // namespace berth::provision

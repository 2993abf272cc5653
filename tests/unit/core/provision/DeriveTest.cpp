#include "core/provision/Derive.h"

#include <gmock/gmock.h>

#include "core/provision/Files.h"

using namespace berth;
using namespace berth::provision;
using testing::ElementsAre;
using testing::Pair;

namespace {

// Made by the real OpenTofu from tests/data/provision/full/main.tf (regenerate.sh beside it).
std::string recorded(std::string_view name) {
  const std::filesystem::path source = std::getenv("BERTH_SOURCE_DIR");
  return *readFile(source / "tests/data/provision" / name, 1024 * 1024);
}

const LocalReferences kLocals = {{"boot", {"coder_agent.main.init_script"}}};

const Resource* findResource(const Derived& derived, std::string_view name) {
  const auto found = std::ranges::find(derived.resources, name, &Resource::name);
  return found == derived.resources.end() ? nullptr : &*found;
}

Derived derivedFromPlan(std::string_view name, const LocalReferences& locals = kLocals) {
  auto snapshot = readPlan(recorded(name), locals);
  EXPECT_TRUE(snapshot) << snapshot.error().message();
  auto derived = derive(*snapshot);
  EXPECT_TRUE(derived) << derived.error().message();
  return *derived;
}

Derived derivedFromState() { return *derive(*readState(recorded("full.tfstate"))); }

// A state with one instance for each "type.name", in a chain: each depends on all before it.
std::string stateOf(const std::vector<std::pair<std::string, std::string>>& resources) {
  std::string text = R"({"version":4,"resources":[)";
  std::string before;
  for (const auto& [address, attributes] : resources) {
    const auto dot = address.find('.');
    if (!before.empty()) text += ",";
    text += std::format(
        R"({{"mode":"managed","type":"{}","name":"{}","instances":[{{"attributes":{},"dependencies":[{}]}}]}})",
        address.substr(0, dot), address.substr(dot + 1), attributes, before);
    before += std::format(R"({}"{}")", before.empty() ? "" : ",", address);
  }
  return text + "]}";
}

}  // namespace

TEST(Derive, findsAgentsOnTheirResourceInStateAndPlan) {
  for (const auto& derived : {derivedFromState(), derivedFromPlan("full-plan.json")}) {
    const auto* workspace = findResource(derived, "workspace");
    ASSERT_NE(workspace, nullptr);
    EXPECT_EQ(workspace->type, "terraform_data");
    ASSERT_EQ(workspace->agents.size(), 1u);
    const auto& agent = workspace->agents[0];
    EXPECT_EQ(agent.name, "main");
    EXPECT_EQ(agent.operatingSystem, "linux");
    EXPECT_EQ(agent.directory, "/home/coder");
    EXPECT_EQ(agent.connectionTimeoutSeconds, 120);
    EXPECT_EQ(agent.order, 3);
    EXPECT_THAT(agent.environment, ElementsAre(Pair("FROM_AGENT", "agent"), Pair("TOOLS", "/a:/b")));
    EXPECT_THAT(agent.displayApps, ElementsAre("vscode", "ssh_helper", "port_forwarding_helper"));
    ASSERT_EQ(agent.metadata.size(), 1u);
    EXPECT_EQ(agent.metadata[0].script, "coder stat cpu");
    EXPECT_EQ(agent.metadata[0].intervalSeconds, 10);
    EXPECT_EQ(agent.memoryMonitor->threshold, 80);
    EXPECT_EQ(agent.volumeMonitors.at(0).path, "/home/coder");
    EXPECT_TRUE(findResource(derived, "home")->agents.empty());
  }
}

TEST(Derive, onlyTheStateHasTokensAndIds) {
  const auto planned = derivedFromPlan("full-plan.json");
  EXPECT_EQ(findResource(planned, "workspace")->agents[0].token, "");
  const auto applied = derivedFromState();
  EXPECT_EQ(findResource(applied, "workspace")->agents[0].token.size(), 36u);
  EXPECT_EQ(findResource(applied, "workspace")->agents[0].apps[0].id.size(), 36u);
}

TEST(Derive, listsAppsAndScripts) {
  const auto derived = derivedFromPlan("full-plan.json");
  const auto& agent = findResource(derived, "workspace")->agents[0];
  ASSERT_EQ(agent.apps.size(), 2u);
  EXPECT_EQ(agent.apps[0].slug, "docs");
  EXPECT_EQ(agent.apps[0].displayName, "docs");
  EXPECT_TRUE(agent.apps[0].isExternal);
  EXPECT_EQ(agent.apps[1].sharingLevel, "authenticated");
  EXPECT_EQ(agent.apps[1].openIn, "tab");
  EXPECT_EQ(agent.apps[1].healthcheckThreshold, 3);
  ASSERT_EQ(agent.scripts.size(), 3u);
  EXPECT_EQ(agent.scripts[0].displayName, "Startup Script");
  EXPECT_TRUE(agent.scripts[0].startBlocksLogin);
  EXPECT_EQ(agent.scripts[1].logPath, "coder-shutdown-script.log");
  EXPECT_EQ(agent.scripts[2].timeoutSeconds, 60);
}

TEST(Derive, putsMetadataOnItsTarget) {
  const auto derived = derivedFromState();
  const auto* home = findResource(derived, "home");
  EXPECT_EQ(home->icon, "/icon/database.svg");
  EXPECT_EQ(home->dailyCost, 3);
  ASSERT_EQ(home->metadata.size(), 2u);
  EXPECT_EQ(home->metadata[0].value, "10 GB");
  EXPECT_TRUE(home->metadata[1].isSensitive);
  EXPECT_TRUE(findResource(derived, "workspace")->metadata.empty());
}

TEST(Derive, listsOtherResourcesInOrderOfAddress) {
  std::vector<std::string> names;
  for (const auto& resource : derivedFromState().resources) names.push_back(resource.type + "." + resource.name);
  EXPECT_THAT(names,
              ElementsAre("coder_env.first", "coder_env.second", "terraform_data.home", "terraform_data.workspace"));
}

TEST(Derive, aStoppedWorkspaceHasNoAgent) {
  const auto derived = derivedFromPlan("full-stop-plan.json");
  EXPECT_EQ(findResource(derived, "workspace"), nullptr);
  EXPECT_TRUE(findResource(derived, "home")->agents.empty());
}

TEST(Derive, seesThroughLocals) {
  constexpr std::string_view kPlan = R"({
    "planned_values": {"root_module": {"resources": [
      {"address": "coder_agent.main", "mode": "managed", "type": "coder_agent", "name": "main", "values": {}},
      {"address": "x_y.host", "mode": "managed", "type": "x_y", "name": "host", "values": {}}]}},
    "configuration": {"root_module": {"resources": [
      {"address": "x_y.host", "expressions": {"boot": {"references": ["local.boot"]}}}]}}})";
  EXPECT_EQ(derive(*readPlan(kPlan, kLocals))->resources[0].agents.size(), 1u);
  EXPECT_TRUE(derive(*readPlan(kPlan, {}))->resources[0].agents.empty());
}

TEST(Derive, seesThroughModules) {
  constexpr std::string_view kPlan = R"({
    "planned_values": {"root_module": {
      "resources": [
        {"address": "coder_agent.main", "mode": "managed", "type": "coder_agent", "name": "main", "values": {}},
        {"address": "x_y.host", "mode": "managed", "type": "x_y", "name": "host", "values": {}}],
      "child_modules": [{"address": "module.ide[0]", "resources": [
        {"address": "module.ide[0].coder_app.web", "mode": "managed", "type": "coder_app", "name": "web",
         "values": {"slug": "ide"}}]}]}},
    "configuration": {"root_module": {
      "resources": [{"address": "x_y.host", "expressions": {"token": {"references": ["coder_agent.main.token"]}}}],
      "module_calls": {"ide": {
        "expressions": {"agent": {"references": ["coder_agent.main.id", "coder_agent.main"]}},
        "module": {"resources": [
          {"address": "coder_app.web", "expressions": {"agent_id": {"references": ["var.agent"]}}}]}}}}}})";
  const auto derived = derive(*readPlan(kPlan, {}));
  ASSERT_EQ(derived->resources[0].agents.size(), 1u);
  EXPECT_EQ(derived->resources[0].agents[0].apps.at(0).slug, "ide");
}

TEST(Derive, readsParametersInTheirOrder) {
  const auto parameters = derivedFromPlan("full-plan.json").parameters;
  ASSERT_EQ(parameters.size(), 5u);
  const auto& cores = parameters[0];
  EXPECT_EQ(cores.name, "cores");
  EXPECT_EQ(cores.type, "number");
  EXPECT_EQ(cores.validationMin, 1);
  EXPECT_EQ(cores.validationMax, 8);
  EXPECT_EQ(cores.validationMonotonic, "increasing");
  EXPECT_FALSE(cores.isRequired);
  const auto& project = parameters[2];
  EXPECT_TRUE(project.isRequired);
  EXPECT_EQ(project.validationRegex, "^[a-z]*$");
  EXPECT_EQ(project.validationMin, std::nullopt);
  const auto& region = parameters[3];
  EXPECT_EQ(region.formType, "dropdown");
  ASSERT_EQ(region.options.size(), 2u);
  EXPECT_EQ(region.options[1].description, "Far away");
  EXPECT_EQ(parameters[4].defaultValue, "[\"web\"]");
  EXPECT_TRUE(parameters[1].isEphemeral);
}

TEST(Derive, readsPresetsAndExternalAuth) {
  const auto derived = derivedFromPlan("full-plan.json");
  ASSERT_EQ(derived.presets.size(), 1u);
  EXPECT_TRUE(derived.presets[0].isDefault);
  EXPECT_THAT(derived.presets[0].parameters, ElementsAre(Pair("cores", "2"), Pair("region", "eu")));
  ASSERT_EQ(derived.externalAuths.size(), 1u);
  EXPECT_TRUE(derived.externalAuths[0].isOptional);
}

TEST(Derive, takesTheNearestOfSeveralHosts) {
  const auto state = stateOf(
      {{"coder_agent.main", R"({"id":"a","auth":"token","token":"t"})"}, {"x_disk.b", "{}"}, {"x_machine.a", "{}"}});
  const auto derived = derive(*readState(state));
  EXPECT_EQ(findResource(*derived, "b")->agents.size(), 1u);
  EXPECT_TRUE(findResource(*derived, "a")->agents.empty());
}

TEST(Derive, namesWhatIsWrong) {
  struct Row {
    std::string state;
    std::string says;
  };
  const Row rows[] = {
      {stateOf({{"coder_agent.my_agent", "{}"}}), "agent name \"my_agent\" contains underscores"},
      {stateOf({{"coder_agent.a--b", "{}"}}), "agent name \"a--b\" does not match regex"},
      {stateOf({{"coder_app.a", R"({"slug":"x"})"}, {"coder_app.b", R"({"slug":"x"})"}}), "duplicate app slug"},
      {stateOf({{"coder_app.a", R"({"slug":"No"})"}}), "app slug \"No\" does not match"},
      {stateOf({{"x_y.t", "{}"}, {"coder_metadata.a", "{}"}, {"coder_metadata.b", "{}"}}),
       "duplicate metadata resource"},
  };
  for (const auto& row : rows) {
    auto derived = derive(*readState(row.state));
    ASSERT_FALSE(derived) << row.says;
    EXPECT_THAT(derived.error().message(), testing::HasSubstr(row.says));
  }
}

TEST(Derive, setsInstanceIdentity) {
  const auto state = stateOf({{"coder_agent.main", R"({"id":"a","auth":"aws-instance-identity","token":"t"})"},
                              {"aws_instance.vm", R"({"id":"i-1","instance_type":"t3.micro"})"}});
  const auto derived = derive(*readState(state));
  EXPECT_EQ(derived->resources[0].instanceType, "t3.micro");
  EXPECT_EQ(derived->resources[0].agents[0].instanceId, "i-1");
  EXPECT_EQ(derived->resources[0].agents[0].token, "");
}

TEST(Snapshot, refusesBrokenInput) {
  EXPECT_FALSE(readState("{"));
  EXPECT_FALSE(readState(R"({"version":3})"));
  EXPECT_FALSE(readPlan("[", {}));
  EXPECT_FALSE(readState(std::string(100'000, '[')));
  EXPECT_TRUE(readState("")->instances.empty());
  EXPECT_TRUE(readState(R"({"version":4,"resources":[{"instances":[null,1]},3]})"));
}

TEST(Snapshot, stripsIndexes) {
  EXPECT_EQ(withoutIndexes(R"(module.m["a.b]"].x.y[0])"), "module.m.x.y");
  EXPECT_EQ(withoutIndexes("data.a.b"), "data.a.b");
}

// Every recorded body of the routes that Berth serves goes through its struct and comes back with nothing lost. A
// recorded route that is not in the table below fails the test.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <set>

#include "core/api/Agents.h"
#include "core/api/Deployment.h"
#include "core/api/Organizations.h"
#include "core/api/TemplateVersions.h"
#include "core/api/Templates.h"
#include "core/api/Users.h"
#include "core/api/Workspaces.h"

namespace json = boost::json;
using namespace berth;
using namespace berth::api;

namespace {

// Differences that lose nothing:
//  - null for an empty list: archived_ids is null when nothing was archived; we send [] (rest-api.md 9.3)
//  - an absent list or map that we always send empty, and an absent nullable that we send as null, or bool as false:
//    request bodies of older or terser clients
//  - nanoseconds of a client's clock: WallTime holds microseconds
bool isTime(std::string_view text) { return parseRfc3339(text).has_value(); }

bool isEmpty(const json::value& value) {
  return value.is_null() || (value.is_array() && value.get_array().empty()) ||
         (value.is_object() && value.get_object().empty()) || (value.is_bool() && !value.get_bool()) ||
         (value.is_string() && value.get_string().empty());
}

// The first difference that loses something, or "".
std::string lost(const json::value& original, const json::value& back, const std::string& path) {
  if (original.is_object() && back.is_object()) {
    for (const auto& [key, value] : original.get_object()) {
      const auto* other = back.get_object().if_contains(key);
      if (other == nullptr) return std::format("{}.{} is lost", path, std::string_view(key));
      if (auto text = lost(value, *other, path + "." + std::string(key)); !text.empty()) return text;
    }
    for (const auto& [key, value] : back.get_object())
      if (!original.get_object().contains(key) && !isEmpty(value))
        return std::format("{}.{} is made up", path, std::string_view(key));
    return "";
  }
  if (original.is_array() && back.is_array()) {
    if (original.get_array().size() != back.get_array().size()) return path + " has another length";
    for (std::size_t i = 0; i < original.get_array().size(); ++i)
      if (auto text = lost(original.get_array()[i], back.get_array()[i], std::format("{}[{}]", path, i)); !text.empty())
        return text;
    return "";
  }
  if (original == back || (original.is_null() && isEmpty(back))) return "";
  if (original.is_number() && back.is_number() && original.to_number<double>() == back.to_number<double>()) return "";
  if (original.is_string() && back.is_string() && isTime(original.get_string()) &&
      parseRfc3339(original.get_string()) == parseRfc3339(back.get_string()))
    return "";
  return std::format("{}: {} became {}", path, json::serialize(original), json::serialize(back));
}

using RoundTrip = std::string (*)(const std::string& body);

template <typename T>
std::string through(const std::string& body) {
  const auto value = fromJson<T>(body);
  if (!value) return value.error().message();
  return lost(json::parse(body), json::parse(toJson(*value)), "");
}

struct Route {
  std::string_view method;  // or WS
  const char* pattern;      // * is one path segment
  RoundTrip request = nullptr;
  RoundTrip response = nullptr;
};

const Route kRoutes[] = {
    {"GET", "users/first", nullptr, through<Response>},
    {"POST", "users/first", through<CreateFirstUserRequest>, through<CreateFirstUserResponse>},
    {"POST", "users/login", through<LoginWithPasswordRequest>, through<LoginWithPasswordResponse>},
    {"POST", "users/logout", nullptr, through<Response>},
    {"GET", "users", nullptr, through<UsersResponse>},
    {"POST", "users", through<CreateUserRequest>, through<User>},
    {"GET", "users/*", nullptr, through<User>},
    {"GET", "users/*/organizations", nullptr, through<std::vector<Organization>>},
    {"GET", "users/*/gitsshkey", nullptr, through<GitSshKey>},
    {"POST", "users/*/keys", nullptr, through<GenerateApiKeyResponse>},
    {"GET", "users/*/keys/tokens", nullptr, through<std::vector<ApiKey>>},
    {"POST", "users/*/keys/tokens", through<CreateTokenRequest>, through<GenerateApiKeyResponse>},
    {"GET", "users/*/keys/tokens/tokenconfig", nullptr, through<TokenConfig>},
    {"POST", "users/*/workspaces", through<CreateWorkspaceRequest>, through<Workspace>},
    {"GET", "users/*/workspace/*", nullptr, through<Workspace>},
    {"GET", "organizations/*", nullptr, through<Organization>},
    {"GET", "organizations/*/members/", nullptr, through<std::vector<OrganizationMemberWithUserData>>},
    {"GET", "organizations/*/members/*", nullptr, through<OrganizationMemberWithUserData>},
    {"GET", "organizations/*/provisionerdaemons", nullptr, through<std::vector<ProvisionerDaemon>>},
    {"GET", "organizations/*/provisionerjobs", nullptr, through<std::vector<ProvisionerJob>>},
    {"GET", "organizations/*/templates/*", nullptr, through<Template>},
    {"POST", "organizations/*/templates", through<CreateTemplateRequest>, through<Template>},
    {"POST", "organizations/*/templateversions", through<CreateTemplateVersionRequest>, through<TemplateVersion>},
    {"POST", "files", nullptr, through<UploadResponse>},
    {"GET", "files/*", nullptr, nullptr},  // bytes
    {"GET", "templates", nullptr, through<std::vector<Template>>},
    {"GET", "templates/*", nullptr, through<Template>},
    {"PATCH", "templates/*", through<UpdateTemplateMeta>, through<Template>},
    {"DELETE", "templates/*", nullptr, through<Response>},
    {"GET", "templates/*/versions", nullptr, through<std::vector<TemplateVersion>>},
    {"PATCH", "templates/*/versions", through<UpdateActiveTemplateVersion>, through<Response>},
    {"POST", "templates/*/versions/archive", through<ArchiveTemplateVersionsRequest>,
     through<ArchiveTemplateVersionsResponse>},
    {"GET", "templateversions/*", nullptr, through<TemplateVersion>},
    {"WS", "templateversions/*/logs", nullptr, through<ProvisionerJobLog>},
    {"GET", "templateversions/*/presets", nullptr, through<std::vector<Preset>>},
    {"GET", "templateversions/*/external-auth", nullptr, through<std::vector<TemplateVersionExternalAuth>>},
    {"GET", "templateversions/*/resources", nullptr, through<std::vector<WorkspaceResource>>},
    {"POST", "templateversions/*/dynamic-parameters/evaluate", through<DynamicParametersRequest>,
     through<DynamicParametersResponse>},
    {"POST", "templateversions/*/dry-run", through<CreateTemplateVersionDryRunRequest>, through<ProvisionerJob>},
    {"GET", "templateversions/*/dry-run/*", nullptr, through<ProvisionerJob>},
    {"GET", "templateversions/*/dry-run/*/matched-provisioners", nullptr, through<MatchedProvisioners>},
    {"GET", "templateversions/*/dry-run/*/resources", nullptr, through<std::vector<WorkspaceResource>>},
    {"WS", "templateversions/*/dry-run/*/logs", nullptr, through<ProvisionerJobLog>},
    {"GET", "workspaces", nullptr, through<WorkspacesResponse>},
    {"GET", "workspaces/*", nullptr, through<Workspace>},
    {"POST", "workspaces/*/builds", through<CreateWorkspaceBuildRequest>, through<WorkspaceBuild>},
    {"PUT", "workspaces/*/autostart", through<UpdateWorkspaceAutostartRequest>, nullptr},
    {"PUT", "workspaces/*/ttl", through<UpdateWorkspaceTtlRequest>, nullptr},
    {"PUT", "workspaces/*/extend", through<PutExtendWorkspaceRequest>, through<Response>},
    {"PUT", "workspaces/*/autoupdates", through<UpdateWorkspaceAutomaticUpdatesRequest>, nullptr},
    {"POST", "workspaces/*/usage", through<PostWorkspaceUsageRequest>, nullptr},
    {"WS", "workspaces/*/watch-ws", nullptr, through<ServerSentEvent>},
    {"GET", "workspacebuilds/*", nullptr, through<WorkspaceBuild>},
    {"GET", "workspacebuilds/*/state", nullptr, nullptr},  // bytes, though Terraform's happen to be JSON
    {"GET", "workspacebuilds/*/parameters", nullptr, through<std::vector<ParameterValue>>},
    {"WS", "workspacebuilds/*/logs", nullptr, through<ProvisionerJobLog>},
    {"GET", "workspaceagents/*", nullptr, through<WorkspaceAgent>},
    {"GET", "workspaceagents/*/connection", nullptr, through<AgentConnectionInfo>},
    {"GET", "workspaceagents/connection", nullptr, through<AgentConnectionInfo>},
    {"GET", "workspaceagents/*/logs", nullptr, through<std::vector<WorkspaceAgentLog>>},
    {"GET", "workspaceagents/*/listening-ports", nullptr, through<WorkspaceAgentListeningPortsResponse>},
    {"GET", "tasks", nullptr, nullptr},                   // answered with an empty list only
    {"PUT", "notifications/settings", nullptr, nullptr},  // not served
    {"GET", "buildinfo", nullptr, through<BuildInfo>},
    {"GET", "deployment/ssh", nullptr, through<SshConfigResponse>},
    {"GET", "regions", nullptr, through<RegionsResponse>},
};

bool matches(std::string_view pattern, std::string_view path) {
  while (true) {
    const auto wanted = pattern.substr(0, pattern.find('/'));
    const auto got = path.substr(0, path.find('/'));
    if (wanted != "*" ? wanted != got : got.empty()) return false;
    pattern.remove_prefix(wanted.size());
    path.remove_prefix(got.size());
    if (pattern.empty() || path.empty()) return pattern.empty() && path.empty();
    pattern.remove_prefix(1);
    path.remove_prefix(1);
  }
}

// The most literal pattern wins: "users/first" before "users/*".
const Route* findRoute(std::string_view method, std::string_view path) {
  constexpr std::string_view kPrefix = "/api/v2/";
  if (!path.starts_with(kPrefix)) return nullptr;
  path = path.substr(kPrefix.size(), path.find('?') - kPrefix.size());
  const Route* best = nullptr;
  for (const Route& route : kRoutes) {
    if (route.method != method || !matches(route.pattern, path)) continue;
    if (best == nullptr || std::string_view(route.pattern).find('*') > std::string_view(best->pattern).find('*'))
      best = &route;
  }
  return best;
}

class Recordings : public testing::Test {
 protected:
  void check(const Route& route, RoundTrip trip, const json::value* body, std::string_view file,
             std::string_view what) {
    if (trip == nullptr || body == nullptr || (!body->is_object() && !body->is_array())) return;
    if (body->is_object() && body->get_object().contains("head_hex")) return;  // a binary body
    const auto text = trip(json::serialize(*body));
    EXPECT_EQ(text, "") << file << ": " << what << " of " << route.method << ' ' << route.pattern;
    ++m_checked;
    m_seen.insert(&route);
  }

  static bool hasBody(const json::object& line) {
    return std::ranges::any_of(std::array{"request", "response"}, [&line](const char* side) {
      const auto* body = line.if_contains(side);
      return body != nullptr && (body->is_array() || (body->is_object() && !body->get_object().contains("head_hex")));
    });
  }

  void checkLine(const json::object& line, const std::string& file) {
    if (!line.contains("path")) return;
    const std::string path(line.at("path").as_string());
    if (line.contains("method")) {
      static constexpr Route kUnknown{"", "a route that is not in the table"};
      const auto* route = findRoute(line.at("method").as_string(), path);
      const bool isOk = line.at("status").to_number<int>() < 300;
      if (route == nullptr && isOk && path.starts_with("/api/v2/") && hasBody(line))
        ADD_FAILURE() << file << ": no struct for " << line.at("method") << ' ' << path;
      if (route == nullptr) route = &kUnknown;
      check(*route, isOk ? route->request : nullptr, line.if_contains("request"), file, "request");
      check(*route, isOk ? route->response : through<Response>, line.if_contains("response"), file, "response");
    } else if (line.contains("json")) {
      if (const auto* route = findRoute("WS", path)) check(*route, route->response, &line.at("json"), file, "frame");
    }
  }

  int m_checked = 0;
  std::set<const Route*> m_seen;
};

}  // namespace

TEST_F(Recordings, nothingIsLostOnTheWayThroughTheStructs) {
  const char* source = std::getenv("BERTH_SOURCE_DIR");
  ASSERT_NE(source, nullptr);
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(source) / "tests/data/recordings")) {
    const auto file = entry.path().filename().string();
    if (!file.starts_with("cli-") && file != "agent.jsonl") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) checkLine(json::parse(line).as_object(), file);
  }
  EXPECT_GT(m_checked, 500);
  EXPECT_GE(m_seen.size(), 45U);
}

#include "tests/integration/core/server/ServerFixture.h"

#include <fstream>
#include <set>

#include "core/store/Workspaces.h"

namespace berth::server::testing {
namespace {

std::string text(const json::value& value) { return std::string(value.as_string()); }

// Every key path of a value, arrays by their first element: its shape.
void collectPaths(const json::value& value, const std::string& prefix, std::set<std::string>& paths) {
  if (value.is_object())
    for (const auto& [key, inner] : value.as_object()) {
      const auto path = prefix + "." + std::string(key);
      paths.insert(path);
      // What users named themselves.
      if (key != "environment_variables" && key != "latency" && key != "tags") collectPaths(inner, path, paths);
    }
  if (value.is_array() && !value.as_array().empty()) collectPaths(value.as_array().front(), prefix + "[]", paths);
}

// The first recorded answer of that method and path in a file of the recordings.
json::value recorded(const std::string& file, std::string_view method, std::string_view pathEnd) {
  std::ifstream in(std::filesystem::path(std::getenv("BERTH_SOURCE_DIR")) / "tests/data/recordings" / file);
  for (std::string line; std::getline(in, line);) {
    const auto entry = json::parse(line);
    const auto* asked = entry.as_object().if_contains("method");
    if (asked && asked->as_string() == method && std::string_view(entry.at("path").as_string()).ends_with(pathEnd))
      return entry.at("response");
  }
  throw std::runtime_error("no such recording");
}

using Workspaces = ServerFixture;

TEST_F(Workspaces, createAnswersInTheRecordedShape) {
  addTemplate();
  const auto made = send("POST", "/api/v2/users/me/workspaces",
                         {{"template_id", "00000000-0000-0000-0000-000000000000"},
                          {"template_version_id", versionId.toString()},
                          {"name", "quickstart"},
                          {"automatic_updates", "never"},
                          {"rich_parameter_values", {{{"name", "greeting"}, {"value", "moin"}}}}});
  ASSERT_EQ(made.status, 201) << json::serialize(made.body);
  std::set<std::string> ours, theirs;
  collectPaths(made.body, "", ours);
  collectPaths(recorded("cli-07-create.jsonl", "POST", "/users/me/workspaces"), "", theirs);
  EXPECT_EQ(ours, theirs);
  EXPECT_EQ(text(made.body.at("latest_build").at("status")), "pending");
  EXPECT_EQ(text(made.body.at("latest_build").at("job").at("input").at("workspace_build_id")),
            text(made.body.at("latest_build").at("id")));
}

TEST_F(Workspaces, runningWorkspaceHasTheRecordedShape) {
  makeWorkspace();
  const auto list = get("/api/v2/workspaces?q=owner%3Ame");
  ASSERT_EQ(list.status, 200);
  EXPECT_EQ(list.body.at("count").as_int64(), 1);
  const auto& build = list.body.at("workspaces").at(0).at("latest_build");
  EXPECT_EQ(text(build.at("status")), "running");
  const auto& agent = build.at("resources").at(0).at("agents").at(0);
  EXPECT_EQ(text(agent.at("status")), "connecting");
  for (const auto* list_ : {"apps", "scripts", "display_apps", "log_sources", "subsystems"})
    EXPECT_TRUE(agent.at(list_).is_array()) << list_;
  EXPECT_FALSE(agent.as_object().contains("directory")) << "empty fields are left out";
}

TEST_F(Workspaces, refusesBadRequestsByName) {
  addTemplate();
  struct Row {
    json::object body;
    int status;
    const char* field;
  };
  const Row rows[] = {
      {{{"name", "with space"}, {"template_id", templateId.toString()}}, 400, "name"},
      {{{"name", "ok"}}, 400, "template_id"},
      {{{"name", "ok"}, {"template_id", Uuid::random().toString()}}, 400, "template_id"},
      {{{"name", "ok"},
        {"template_id", templateId.toString()},
        {"rich_parameter_values", {{{"name", "size"}, {"value", "9"}}}}},
       400,
       "size"},
      {{{"name", "ok"}, {"template_id", templateId.toString()}, {"ttl_ms", 1}}, 400, "ttl_ms"},
      {{{"name", "ok"}, {"template_id", templateId.toString()}, {"autostart_schedule", "x"}}, 400, "schedule"},
  };
  for (const auto& row : rows) {
    const auto reply = send("POST", "/api/v2/users/me/workspaces", row.body);
    EXPECT_EQ(reply.status, row.status) << json::serialize(row.body);
    EXPECT_EQ(text(reply.body.at("validations").at(0).at("field")), row.field) << json::serialize(reply.body);
  }
  EXPECT_EQ(get("/api/v2/workspaces").body.at("count").as_int64(), 0) << "nothing is left behind";
}

TEST_F(Workspaces, nameIsTakenOnce) {
  makeWorkspace();
  const auto again =
      send("POST", "/api/v2/users/me/workspaces", {{"template_id", templateId.toString()}, {"name", "BOX"}});
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(text(again.body.at("message")), "Workspace \"BOX\" already exists.");
}

TEST_F(Workspaces, byNameAndById) {
  const auto id = text(makeWorkspace().at("id"));
  EXPECT_EQ(text(get("/api/v2/users/me/workspace/Box?include_deleted=false").body.at("id")), id);
  EXPECT_EQ(get("/api/v2/users/me/workspace/nope").status, 404);
  EXPECT_EQ(get("/api/v2/workspaces/" + id).status, 200);
  EXPECT_EQ(get("/api/v2/workspaces/not-a-uuid").status, 400);
  EXPECT_EQ(get("/api/v2/workspaces/" + Uuid::random().toString()).status, 404);
}

TEST_F(Workspaces, stopStartAndDelete) {
  const auto id = text(makeWorkspace().at("id"));
  const std::string builds = "/api/v2/workspaces/" + id + "/builds";
  const auto stop =
      send("POST", builds, {{"transition", "stop"}, {"template_version_id", "00000000-0000-0000-0000-000000000000"}});
  ASSERT_EQ(stop.status, 201) << json::serialize(stop.body);
  EXPECT_EQ(stop.body.at("build_number").as_int64(), 2);
  EXPECT_EQ(send("POST", builds, {{"transition", "start"}}).status, 409) << "one build at a time";
  finishBuild(*BuildId::parse(text(stop.body.at("id"))));
  EXPECT_EQ(text(get("/api/v2/workspaces/" + id).body.at("latest_build").at("status")), "stopped");

  const auto remove = send("POST", builds, {{"transition", "delete"}});
  finishBuild(*BuildId::parse(text(remove.body.at("id"))));
  EXPECT_EQ(get("/api/v2/workspaces/" + id).status, 410);
  EXPECT_EQ(get("/api/v2/workspaces/" + id + "?include_deleted=true").status, 200);
  EXPECT_EQ(get("/api/v2/users/me/workspace/box").status, 404);
  EXPECT_EQ(get(builds).body.as_array().size(), 3U);
}

TEST_F(Workspaces, immutableParametersStay) {
  const auto id = text(makeWorkspace().at("id"));
  const auto reply = send("POST", "/api/v2/workspaces/" + id + "/builds",
                          {{"transition", "start"}, {"rich_parameter_values", {{{"name", "size"}, {"value", "3"}}}}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(text(reply.body.at("validations").at(0).at("field")), "size");
}

TEST_F(Workspaces, settings) {
  const std::string base = "/api/v2/workspaces/" + text(makeWorkspace().at("id"));
  EXPECT_EQ(send("PUT", base + "/ttl", {{"ttl_ms", 28'800'000}}).status, 204);
  EXPECT_EQ(send("PUT", base + "/autostart", {{"schedule", "CRON_TZ=UTC 30 9 * * Mon-Fri"}}).status, 204);
  EXPECT_EQ(send("PUT", base + "/favorite").status, 204);
  EXPECT_EQ(send("PUT", base + "/autoupdates", {{"automatic_updates", "always"}}).status, 204);
  const auto extend = send("PUT", base + "/extend", {{"deadline", "2030-01-01T00:00:00Z"}});
  EXPECT_EQ(extend.status, 409);
  EXPECT_EQ(text(extend.body.at("message")), "Workspace shutdown is manual.");
  const auto now = get(base).body;
  EXPECT_EQ(now.at("ttl_ms").as_int64(), 28'800'000);
  EXPECT_EQ(text(now.at("autostart_schedule")), "CRON_TZ=UTC 30 9 * * Mon-Fri");
  EXPECT_FALSE(now.at("next_start_at").is_null());
  EXPECT_TRUE(now.at("favorite").as_bool());
  EXPECT_EQ(text(now.at("automatic_updates")), "always");
  EXPECT_EQ(send("PUT", base + "/dormant", {{"dormant", true}}).status, 200);
  EXPECT_EQ(send("PUT", base + "/dormant", {{"dormant", true}}).status, 304);
  EXPECT_EQ(send("POST", base + "/usage").status, 204) << "with no body at all";
}

TEST_F(Workspaces, cancelPendingBuild) {
  addTemplate();
  const auto made =
      send("POST", "/api/v2/users/me/workspaces", {{"template_id", templateId.toString()}, {"name", "box"}});
  const auto build = "/api/v2/workspacebuilds/" + text(made.body.at("latest_build").at("id"));
  EXPECT_EQ(send("PATCH", build + "/cancel?expect_status=running").status, 412);
  EXPECT_EQ(send("PATCH", build + "/cancel").status, 200);
  EXPECT_EQ(text(get(build).body.at("status")), "canceled");
  EXPECT_EQ(send("PATCH", build + "/cancel").status, 400);
}

TEST_F(Workspaces, agentSpeaksWithItsToken) {
  makeWorkspace();
  const auto agentClient = http::makeClient(io.get_executor(), client->origin(),
                                            {.defaultHeaders = {{"Coder-Session-Token", agentToken.toString()}}});
  const auto patch =
      await(agentClient->send({"PATCH",
                               "/api/v2/workspaceagents/me/logs",
                               {},
                               R"({"logs":[{"created_at":"2026-01-01T00:00:00Z","output":"hi","level":"info"}]})"}));
  ASSERT_TRUE(patch);
  EXPECT_EQ(patch->status, 200) << patch->body;
  const auto logs = get("/api/v2/workspaceagents/" + agentId.toString() + "/logs");
  ASSERT_EQ(logs.body.as_array().size(), 1U);
  EXPECT_EQ(text(logs.body.at(0).at("output")), "hi");
  EXPECT_EQ(get("/api/v2/workspaceagents/me/gitsshkey").status, 401) << "a user is no agent";

  const json::value tooMuch{{"logs", json::array{{{"created_at", "2026-01-01T00:00:00Z"},
                                                  {"output", std::string(2U << 20, 'x')},
                                                  {"level", "info"}}}}};
  const auto full =
      await(agentClient->send({"PATCH", "/api/v2/workspaceagents/me/logs", {}, json::serialize(tooMuch)}));
  ASSERT_TRUE(full);
  EXPECT_EQ(full->status, 413) << full->body;
  EXPECT_TRUE(get("/api/v2/workspaceagents/" + agentId.toString()).body.at("logs_overflowed").as_bool());
}

}  // namespace
}  // namespace berth::server::testing

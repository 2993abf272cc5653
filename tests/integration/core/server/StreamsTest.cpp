#include "tests/integration/core/server/ServerFixture.h"

namespace berth::server::testing {
namespace {

std::string text(const json::value& value) { return std::string(value.as_string()); }

class Streams : public ServerFixture {
 protected:
  std::unique_ptr<http::WebSocket> open(std::string target) {
    auto socket = await(client->openWebSocket({"GET", std::move(target)}));
    if (!socket) throw std::runtime_error(socket.error().message());
    return *std::move(socket);
  }
  // The next message; nothing when the peer closed in good order.
  std::optional<json::value> next(http::WebSocket& socket) {
    auto message = await(socket.read());
    if (!message) return std::nullopt;
    return json::parse(message->data);
  }
};

TEST_F(Streams, logsOfAFinishedBuildReplayAndClose) {
  const auto build = text(makeWorkspace().at("latest_build").at("id"));
  const auto socket = open("/api/v2/workspacebuilds/" + build + "/logs?follow");
  EXPECT_EQ(text(next(*socket)->at("stage")), "Setting up");
  EXPECT_EQ(text(next(*socket)->at("output")), "done");
  EXPECT_EQ(next(*socket), std::nullopt);
}

TEST_F(Streams, logsFollowUntilTheBuildEnds) {
  addTemplate();
  const auto made =
      send("POST", "/api/v2/users/me/workspaces", {{"template_id", templateId.toString()}, {"name", "box"}});
  const auto build = text(made.body.at("latest_build").at("id"));
  const auto socket = open("/api/v2/workspacebuilds/" + build + "/logs?follow");
  asio::post(io, [&] { finishBuild(*BuildId::parse(build)); });
  EXPECT_EQ(text(next(*socket)->at("stage")), "Setting up");
  EXPECT_TRUE(next(*socket));
  EXPECT_EQ(next(*socket), std::nullopt);
  EXPECT_EQ(text(get("/api/v2/workspacebuilds/" + build).body.at("job").at("status")), "succeeded")
      << "the state is final before the stream closes";
}

TEST_F(Streams, watchTellsOfChanges) {
  const auto id = text(makeWorkspace().at("id"));
  const auto socket = open("/api/v2/workspaces/" + id + "/watch-ws");
  EXPECT_EQ(text(next(*socket)->at("type")), "ping");
  EXPECT_EQ(text(next(*socket)->at("data").at("id")), id);
  EXPECT_EQ(send("PUT", "/api/v2/workspaces/" + id + "/ttl", {{"ttl_ms", 3'600'000}}).status, 204);
  EXPECT_EQ(next(*socket)->at("data").at("ttl_ms").as_int64(), 3'600'000);
}

TEST_F(Streams, sentEventsHaveTheExactForm) {
  const auto id = text(makeWorkspace().at("id"));
  std::string seen;
  const auto response = await(
      client->sendStreaming({"GET", "/api/v2/workspaces/" + id + "/watch"}, [&seen](ByteView part) -> Result<void> {
        seen += asText(part);
        if (seen.contains("\"id\":")) return fail(ErrorCode::Cancelled, "enough");
        return {};
      }));
  EXPECT_FALSE(response) << "the test hung up";
  EXPECT_TRUE(seen.starts_with("event: ping\n\nevent: data\ndata: {")) << seen.substr(0, 80);
}

TEST_F(Streams, agentLogsBeginWithAFrame) {
  makeWorkspace();
  const auto socket = open("/api/v2/workspaceagents/" + agentId.toString() + "/logs?follow");
  EXPECT_TRUE(next(*socket)->as_array().empty());
}

TEST_F(Streams, dataFromTheClientEndsAOneWaySocket) {
  const auto id = text(makeWorkspace().at("id"));
  const auto socket = open("/api/v2/workspaces/" + id + "/watch-ws");
  ASSERT_TRUE(await(socket->writeText("hello")));
  while (await(socket->read())) continue;
  SUCCEED();
}

TEST_F(Streams, plainRequestForASocketIsRefused) {
  const auto id = text(makeWorkspace().at("id"));
  EXPECT_EQ(get("/api/v2/workspaces/" + id + "/watch-ws").status, 426);
}

TEST_F(Streams, silentReaderHoldsUpNobody) {
  const auto id = text(makeWorkspace().at("id"));
  const auto silent = open("/api/v2/workspaces/" + id + "/watch-ws");  // never read
  const auto lively = open("/api/v2/workspaces/" + id + "/watch-ws");
  EXPECT_EQ(text(next(*lively)->at("type")), "ping");
  EXPECT_TRUE(next(*lively));
  for (int i = 1; i <= 50; ++i) {
    EXPECT_EQ(send("PUT", "/api/v2/workspaces/" + id + "/ttl", {{"ttl_ms", i * 60'000}}).status, 204);
  }
  std::int64_t last = 0;
  while (last != 50 * 60'000) last = next(*lively)->at("data").at("ttl_ms").as_int64();
}

TEST_F(Streams, stoppingEndsStreamsFast) {
  const auto id = text(makeWorkspace().at("id"));
  const auto watch = open("/api/v2/workspaces/" + id + "/watch-ws");
  const auto inbox = open("/api/v2/notifications/inbox/watch");
  const auto logs = open("/api/v2/workspaceagents/" + agentId.toString() + "/logs?follow");
  const auto start = std::chrono::steady_clock::now();
  events.close();
  await(server->stop(std::chrono::seconds(5)));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

}  // namespace
}  // namespace berth::server::testing

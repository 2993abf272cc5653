// What stock programs said to each other goes through our decoders and back with nothing lost.
#include <boost/json.hpp>
#include <fstream>

#include <gtest/gtest.h>

#include "core/rpc/DrpcFrame.h"
#include "core/rpc/Proto.h"
#include "core/rpc/YamuxFrame.h"

using namespace berth;
using namespace berth::rpc;

namespace {

using google::protobuf::MessageLite;
using Types = std::pair<std::unique_ptr<MessageLite>, std::unique_ptr<MessageLite>>;
using MakeTypes = Types (*)();

template <typename Request, typename Response>
Types types() {
  return {std::make_unique<Request>(), std::make_unique<Response>()};
}

const std::map<std::string, MakeTypes> kCalls = {
    {"/coder.agent.v2.Agent/GetManifest", types<agentpb::GetManifestRequest, agentpb::Manifest>},
    {"/coder.agent.v2.Agent/GetAnnouncementBanners",
     types<agentpb::GetAnnouncementBannersRequest, agentpb::GetAnnouncementBannersResponse>},
    {"/coder.agent.v2.Agent/UpdateStats", types<agentpb::UpdateStatsRequest, agentpb::UpdateStatsResponse>},
    {"/coder.agent.v2.Agent/UpdateLifecycle", types<agentpb::UpdateLifecycleRequest, agentpb::Lifecycle>},
    {"/coder.agent.v2.Agent/UpdateStartup", types<agentpb::UpdateStartupRequest, agentpb::Startup>},
    {"/coder.agent.v2.Agent/BatchUpdateAppHealths",
     types<agentpb::BatchUpdateAppHealthRequest, agentpb::BatchUpdateAppHealthResponse>},
    {"/coder.agent.v2.Agent/BatchUpdateMetadata",
     types<agentpb::BatchUpdateMetadataRequest, agentpb::BatchUpdateMetadataResponse>},
    {"/coder.agent.v2.Agent/BatchCreateLogs", types<agentpb::BatchCreateLogsRequest, agentpb::BatchCreateLogsResponse>},
    {"/coder.agent.v2.Agent/ScriptCompleted",
     types<agentpb::WorkspaceAgentScriptCompletedRequest, agentpb::WorkspaceAgentScriptCompletedResponse>},
    {"/coder.agent.v2.Agent/GetResourcesMonitoringConfiguration",
     types<agentpb::GetResourcesMonitoringConfigurationRequest, agentpb::GetResourcesMonitoringConfigurationResponse>},
    {"/coder.agent.v2.Agent/ReportConnection", types<agentpb::ReportConnectionRequest, wire::Empty>},
    {"/coder.agent.v2.Agent/ListSubAgents", types<agentpb::ListSubAgentsRequest, agentpb::ListSubAgentsResponse>},
    {"/coder.agent.v2.Agent/PushContextState",
     types<agentpb::PushContextStateRequest, agentpb::PushContextStateResponse>},
    {"/coder.tailnet.v2.Tailnet/Coordinate", types<tailnetpb::CoordinateRequest, tailnetpb::CoordinateResponse>},
    {"/coder.tailnet.v2.Tailnet/StreamDERPMaps", types<tailnetpb::StreamDERPMapsRequest, tailnetpb::DERPMap>},
    {"/coder.tailnet.v2.Tailnet/RefreshResumeToken",
     types<tailnetpb::RefreshResumeTokenRequest, tailnetpb::RefreshResumeTokenResponse>},
    {"/coder.tailnet.v2.Tailnet/PostTelemetry", types<tailnetpb::TelemetryRequest, tailnetpb::TelemetryResponse>},
};

// The two byte streams of each WebSocket in a recording.
struct Connection {
  Bytes client;
  Bytes server;
};

std::vector<Connection> connectionsOf(const std::string& file) {
  std::ifstream in(std::string(std::getenv("BERTH_SOURCE_DIR")) + "/tests/data/recordings/" + file);
  EXPECT_TRUE(in) << file;
  std::vector<Connection> connections;
  for (std::string line; std::getline(in, line);) {
    const auto entry = boost::json::parse(line).as_object();
    const auto* kind = entry.if_contains("websocket");
    if (!kind) continue;
    if (kind->as_string() == "open") connections.emplace_back();
    if (kind->as_string() != "binary") continue;
    auto& side = entry.at("from").as_string() == "client" ? connections.back().client : connections.back().server;
    const auto bytes = *parseHex(std::string_view(entry.at("hex").as_string()));
    side.insert(side.end(), bytes.begin(), bytes.end());
  }
  return connections;
}

// The bodies of each stream; every header must come out again as it went in.
std::map<std::uint32_t, std::string> streamsOf(ByteView bytes) {
  std::map<std::uint32_t, std::string> streams;
  yamux::FrameReader reader;
  std::uint32_t current = 0;
  auto input = bytes;
  while (true) {
    const auto before = input;
    const auto item = reader.next(input);
    EXPECT_TRUE(item);
    if (!item || !*item) return streams;
    if (const auto* header = std::get_if<yamux::Header>(&**item)) {
      current = header->streamId;
      EXPECT_EQ(toHex(yamux::encode(*header)), toHex(before.first(yamux::kHeaderSize)));
    } else {
      streams[current] += asText(std::get<yamux::FrameReader::Body>(**item).bytes);
    }
  }
}

// Whether `bytes` come out of the message again: exactly, or in another order where a map has several entries.
void expectLossless(MessageLite& message, const std::string& bytes, const std::string& name) {
  ASSERT_TRUE(message.ParseFromString(bytes)) << name;
  auto again = message.SerializeAsString();
  EXPECT_EQ(again.size(), bytes.size()) << name;
  if (again == bytes) return;
  auto sorted = bytes;
  std::ranges::sort(sorted);
  std::ranges::sort(again);
  EXPECT_EQ(toHex(asBytes(again)), toHex(asBytes(sorted))) << name;
}

// Decodes one side of a call and encodes it again; the name is learnt from the client's Invoke.
std::size_t checkSide(const std::string& bytes, bool isClient, std::string& name) {
  drpc::PacketReader reader;
  reader.feed(asBytes(bytes));
  std::string again;
  std::size_t messages = 0;
  while (true) {
    const auto packet = reader.next();
    EXPECT_TRUE(packet);
    if (!packet || !*packet) break;
    drpc::appendPacket(again, (*packet)->streamId, (*packet)->messageId, (*packet)->kind, (*packet)->body);
    if ((*packet)->kind == drpc::PacketKind::Invoke) name = (*packet)->body;
    if ((*packet)->kind != drpc::PacketKind::Message) continue;
    const auto call = kCalls.find(name);
    EXPECT_NE(call, kCalls.end()) << name;
    if (call == kCalls.end()) continue;
    auto [request, response] = call->second();
    expectLossless(isClient ? *request : *response, (*packet)->body, name);
    ++messages;
  }
  EXPECT_EQ(toHex(asBytes(again)), toHex(asBytes(bytes))) << name;
  return messages;
}

std::size_t checkRecording(const std::string& file) {
  std::size_t messages = 0;
  for (const auto& connection : connectionsOf(file)) {
    const auto client = streamsOf(connection.client);
    const auto server = streamsOf(connection.server);
    for (const auto& [id, bytes] : client) {
      std::string name;
      messages += checkSide(bytes, true, name);
      if (const auto answer = server.find(id); answer != server.end())
        messages += checkSide(answer->second, false, name);
    }
  }
  return messages;
}

}  // namespace

TEST(Recordings, agentSessionsGoThroughOurDecodersAndBack) { EXPECT_GT(checkRecording("agent.jsonl"), 150U); }

TEST(Recordings, clientSessionsGoThroughOurDecodersAndBack) {
  EXPECT_GT(checkRecording("cli-10-ssh-exec.jsonl"), 8U);
  EXPECT_GT(checkRecording("cli-13-ping.jsonl"), 8U);
}

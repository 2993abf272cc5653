#include "core/server/coordinator/PeerTable.h"

#include <gtest/gtest.h>

using namespace berth;
using namespace berth::server;
using rpc::tailnetpb::CoordinateRequest;
using rpc::tailnetpb::CoordinateResponse;
using Update = CoordinateResponse::PeerUpdate;

namespace {

const Uuid kAgent = *Uuid::parse("11111111-2222-4333-8444-555555555555");
const Uuid kClient = *Uuid::parse("c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f");
const Uuid kOther = *Uuid::parse("aaaaaaaa-2222-4333-8444-555555555555");

CoordinateRequest nodeRequest(int derp) {
  CoordinateRequest request;
  request.mutable_update_self()->mutable_node()->set_preferred_derp(derp);
  return request;
}
CoordinateRequest tunnelRequest(const Uuid& to) {
  CoordinateRequest request;
  request.mutable_add_tunnel()->set_id(rpc::toWire(to));
  return request;
}

// A peer of the table, and what it was told: "NODE agent 'add tunnel'", "error: ...", "end".
struct TestPeer {
  TestPeer(PeerTable& peerTable, Uuid peerId) : table(peerTable), id(peerId) { table.connect(id, mailbox); }
  Result<void> ask(const CoordinateRequest& request) { return table.apply(id, *mailbox, request); }
  void lose() { table.lose(id, *mailbox); }

  std::vector<std::string> take() {
    std::vector<std::string> news;
    for (const auto& response : std::exchange(mailbox->responses, {})) {
      for (const auto& update : response.peer_updates()) news.push_back(describe(update));
      if (!response.error().empty()) news.push_back("error: " + response.error());
    }
    if (mailbox->isEnded) news.emplace_back("end");
    return news;
  }
  static std::string describe(const Update& update) {
    const auto about = rpc::uuidFromWire(update.id());
    const std::string name = about == kAgent ? "agent" : about == kClient ? "client" : "other";
    const auto reason = update.reason().empty() ? "" : " '" + update.reason() + "'";
    const auto derp = update.has_node() ? std::format(" {}", update.node().preferred_derp()) : "";
    static const char* const kKinds[] = {"?", "NODE", "DISCONNECTED", "LOST", "READY"};
    return std::format("{} {}{}{}", kKinds[update.kind()], name, derp, reason);
  }

  PeerTable& table;
  Uuid id;
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
};

using News = std::vector<std::string>;

// Agent and client, each with a node, tunnelled, and all that news taken.
struct Tunnelled {
  Tunnelled() {
    EXPECT_TRUE(agent.ask(nodeRequest(1)));
    EXPECT_TRUE(client.ask(nodeRequest(2)));
    EXPECT_TRUE(client.ask(tunnelRequest(kAgent)));
    agent.take();
    client.take();
  }
  PeerTable table;
  TestPeer agent{table, kAgent};
  TestPeer client{table, kClient};
};

}  // namespace

TEST(PeerTable, tellsBothWhenTheTunnelComesLast) {
  PeerTable table;
  TestPeer agent(table, kAgent), client(table, kClient);
  EXPECT_TRUE(agent.ask(nodeRequest(1)));
  EXPECT_TRUE(client.ask(nodeRequest(2)));
  EXPECT_TRUE(agent.take().empty());
  EXPECT_TRUE(client.ask(tunnelRequest(kAgent)));
  EXPECT_EQ(client.take(), News{"NODE agent 1 'add tunnel'"});
  EXPECT_EQ(agent.take(), News{"NODE client 2 'add tunnel'"});
}

TEST(PeerTable, tellsBothWhenTheNodesComeLast) {
  PeerTable table;
  TestPeer client(table, kClient);
  EXPECT_TRUE(client.ask(tunnelRequest(kAgent)));
  TestPeer agent(table, kAgent);
  EXPECT_TRUE(agent.ask(nodeRequest(1)));
  EXPECT_TRUE(client.ask(nodeRequest(2)));
  EXPECT_EQ(client.take(), News{"NODE agent 1 'node update'"});
  EXPECT_EQ(agent.take(), News{"NODE client 2 'node update'"});
}

TEST(PeerTable, appliesARequestsFieldsInOrder) {
  PeerTable table;
  TestPeer agent(table, kAgent), client(table, kClient);
  auto all = nodeRequest(2);
  all.mutable_add_tunnel()->set_id(rpc::toWire(kAgent));
  EXPECT_TRUE(client.ask(all));
  EXPECT_EQ(agent.take(), News{"NODE client 2 'add tunnel'"});
}

TEST(PeerTable, sendsANodeAgainOnlyWhenItChanged) {
  Tunnelled t;
  EXPECT_TRUE(t.agent.ask(nodeRequest(1)));
  EXPECT_TRUE(t.client.take().empty());
  EXPECT_TRUE(t.agent.ask(nodeRequest(7)));
  EXPECT_EQ(t.client.take(), News{"NODE agent 7 'node update'"});
  EXPECT_TRUE(t.client.ask(tunnelRequest(kAgent)));
  EXPECT_TRUE(t.client.take().empty());
}

TEST(PeerTable, aReturningAgentIsAnnouncedAgain) {
  Tunnelled t;
  t.agent.lose();
  EXPECT_EQ(t.client.take(), News{"LOST agent 'lost'"});
  TestPeer again(t.table, kAgent);
  EXPECT_EQ(again.take(), News{"NODE client 2 'init'"});
  EXPECT_TRUE(again.ask(nodeRequest(1)));
  EXPECT_EQ(t.client.take(), News{"NODE agent 1 'node update'"});
}

TEST(PeerTable, aLostClientsTunnelsAreGone) {
  Tunnelled t;
  t.client.lose();
  EXPECT_EQ(t.agent.take(), News{"LOST client 'lost'"});
  TestPeer again(t.table, kClient);
  EXPECT_TRUE(again.ask(nodeRequest(3)));
  EXPECT_TRUE(t.agent.take().empty());
}

TEST(PeerTable, disconnectIsPassedOnAndEndsTheStream) {
  Tunnelled t;
  CoordinateRequest bye;
  bye.mutable_disconnect();
  EXPECT_TRUE(t.client.ask(bye));
  EXPECT_EQ(t.agent.take(), News{"DISCONNECTED client 'graceful disconnect'"});
  EXPECT_EQ(t.client.take(), News{"end"});
  t.client.lose();
  EXPECT_TRUE(t.agent.take().empty());
  EXPECT_EQ(t.table.peerCount(), 1U);
}

TEST(PeerTable, removingATunnelDisconnectsBoth) {
  Tunnelled t;
  CoordinateRequest remove;
  remove.mutable_remove_tunnel()->set_id(rpc::toWire(kAgent));
  EXPECT_TRUE(t.client.ask(remove));
  EXPECT_EQ(t.client.take(), News{"DISCONNECTED agent 'remove tunnel'"});
  EXPECT_EQ(t.agent.take(), News{"DISCONNECTED client 'remove tunnel'"});
  EXPECT_TRUE(t.client.ask(remove));
  EXPECT_TRUE(t.client.take().empty());
}

TEST(PeerTable, lossOfAPeerThatWasNeverAnnouncedIsNotTold) {
  PeerTable table;
  TestPeer agent(table, kAgent), client(table, kClient);
  EXPECT_TRUE(client.ask(tunnelRequest(kAgent)));
  agent.lose();
  EXPECT_TRUE(client.take().empty());
}

TEST(PeerTable, aSecondStreamOfAPeerReplacesTheFirstWithoutLoss) {
  Tunnelled t;
  TestPeer again(t.table, kClient);
  EXPECT_EQ(t.client.take(), (News{"error: peer ID overwritten by new connection", "end"}));
  EXPECT_EQ(again.take(), News{"NODE agent 1 'init'"});
  EXPECT_TRUE(t.client.ask(nodeRequest(9)));
  t.client.lose();
  EXPECT_TRUE(t.agent.take().empty());
}

TEST(PeerTable, readinessIsPassedOnEveryTime) {
  Tunnelled t;
  CoordinateRequest ready;
  ready.add_ready_for_handshake()->set_id(rpc::toWire(kClient));
  EXPECT_TRUE(t.agent.ask(ready));
  EXPECT_TRUE(t.agent.ask(ready));
  EXPECT_EQ(t.client.take(), (News{"READY agent", "READY agent"}));
}

TEST(PeerTable, readinessWithoutATunnelIsRefusedAndNotFatal) {
  PeerTable table;
  TestPeer agent(table, kAgent);
  CoordinateRequest ready;
  ready.add_ready_for_handshake()->set_id(rpc::toWire(kOther));
  EXPECT_TRUE(agent.ask(ready));
  EXPECT_EQ(agent.take(), News{"error: ready for handshake error: you do not share a tunnel with "
                               "\"aaaaaaaa-2222-4333-8444-555555555555\""});
}

TEST(PeerTable, idsOfAnotherSizeEndTheStream) {
  PeerTable table;
  TestPeer agent(table, kAgent);
  CoordinateRequest remove, ready;
  remove.mutable_remove_tunnel()->set_id("fifteen bytes..");
  ready.add_ready_for_handshake()->set_id("short");
  EXPECT_EQ(agent.ask(remove).error().message(), "unable to convert bytes to UUID: invalid UUID (got 15 bytes)");
  EXPECT_EQ(agent.ask(ready).error().message(),
            "handle ack: unable to convert bytes to UUID: invalid UUID (got 5 bytes)");
}

TEST(PeerTable, aPeerThatNeverReadsIsRemoved) {
  Tunnelled t;
  for (int i = 0; i < static_cast<int>(kMaxQueuedResponses) + 1; ++i) EXPECT_TRUE(t.agent.ask(nodeRequest(100 + i)));
  EXPECT_EQ(t.agent.take(), News{"DISCONNECTED client 'failed to update tunnel peer mapping'"});
  const auto news = t.client.take();
  EXPECT_EQ(news.size(), kMaxQueuedResponses + 2);
  EXPECT_EQ(news[kMaxQueuedResponses], "error: failed to update tunnel peer mapping");
  EXPECT_EQ(news.back(), "end");
}

TEST(PeerTable, aThousandPeersArriveInBatches) {
  PeerTable table;
  std::vector<std::unique_ptr<TestPeer>> clients;
  for (std::size_t i = 0; i <= kMaxUpdatesPerResponse; ++i) {
    clients.push_back(std::make_unique<TestPeer>(table, Uuid::random()));
    EXPECT_TRUE(clients.back()->ask(nodeRequest(1)));
    EXPECT_TRUE(clients.back()->ask(tunnelRequest(kAgent)));
  }
  TestPeer agent(table, kAgent);
  ASSERT_EQ(agent.mailbox->responses.size(), 2U);
  EXPECT_EQ(agent.mailbox->responses[0].peer_updates_size(), static_cast<int>(kMaxUpdatesPerResponse));
  EXPECT_EQ(agent.mailbox->responses[1].peer_updates_size(), 1);
}

TEST(PeerTable, closingTellsEverybody) {
  Tunnelled t;
  t.table.closeAll();
  EXPECT_EQ(t.client.take().back(), "end");
  EXPECT_EQ(t.agent.take().back(), "end");
  EXPECT_EQ(t.table.peerCount(), 0U);
}

TEST(PeerTable, onePeerCannotHaveTunnelsWithoutEnd) {
  PeerTable table;
  TestPeer client(table, kClient);
  for (std::size_t i = 0; i < kMaxTunnelsPerPeer; ++i) ASSERT_TRUE(client.ask(tunnelRequest(Uuid::random())));
  EXPECT_EQ(client.ask(tunnelRequest(kAgent)).error().code(), ErrorCode::LimitExceeded);
}

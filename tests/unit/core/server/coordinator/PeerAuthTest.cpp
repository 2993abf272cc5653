#include "core/server/coordinator/PeerAuth.h"

#include "tests/unit/core/rpc/Run.h"

using namespace berth;
using namespace berth::server;
using rpc::tailnetpb::CoordinateRequest;

namespace {

const AgentId kAgent = *AgentId::parse("c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f");
const AgentId kOther = *AgentId::parse("11111111-2222-4333-8444-555555555555");

// Empty when the request is allowed, else the peer's text.
std::string verdict(const PeerAuth& auth, const CoordinateRequest& request) {
  asio::io_context io;
  std::string text;
  rpc::test::run(io, [](const PeerAuth& a, const CoordinateRequest& r, std::string& out) -> Task<void> {
    if (const auto checked = co_await authorizeRequest(a, r); !checked) out = checked.error().message();
  }(auth, request, text));
  return text;
}

CoordinateRequest addressRequest(std::string address, std::string allowed = {}) {
  CoordinateRequest request;
  auto& node = *request.mutable_update_self()->mutable_node();
  node.add_addresses(std::move(address));
  if (!allowed.empty()) node.add_allowed_ips(std::move(allowed));
  return request;
}
CoordinateRequest tunnelRequest(const AgentId& to) {
  CoordinateRequest request;
  request.mutable_add_tunnel()->set_id(rpc::toWire(to.value));
  return request;
}
CoordinateRequest readyRequest() {
  CoordinateRequest request;
  request.add_ready_for_handshake()->set_id(rpc::toWire(kOther.value));
  return request;
}

}  // namespace

TEST(PeerAuth, agentsAnnounceOnlyTheirOwnAddresses) {
  const PeerAuth agent = AgentPeer{kAgent};
  for (const char* own : {"fd7a:115c:a1e0:4f0a:9d3b:0a1b:2c3d:4e5f/128", "fd60:627a:a42b:4f0a:9d3b:a1b:2c3d:4e5f/128",
                          "fd7a:115c:a1e0:49d6:b259:b7ac:b1b2:48f4/128"})
    EXPECT_EQ(verdict(agent, addressRequest(own, own)), "");
  const auto foreign = "fd7a:115c:a1e0:4333:8444:5555:5555:5555";
  EXPECT_EQ(verdict(agent, addressRequest(std::string(foreign) + "/128")),
            std::string("authorization: Addresses: invalid node address, got ") + foreign);
  EXPECT_EQ(verdict(agent, addressRequest("fd7a:115c:a1e0:4f0a:9d3b:a1b:2c3d:4e5f/128", "::/0")),
            "authorization: AllowedIps: invalid address bits, expected 128, got 0");
  EXPECT_TRUE(verdict(agent, addressRequest("nonsense")).starts_with("authorization: Addresses: parse node address: "));
  EXPECT_TRUE(verdict(agent, addressRequest("fd7a::1/1288")).starts_with("authorization: Addresses: parse"));
}

TEST(PeerAuth, agentsOpenNoTunnelsAndMayBeReady) {
  EXPECT_EQ(verdict(AgentPeer{kAgent}, tunnelRequest(kOther)), "authorization: agents cannot open tunnels");
  EXPECT_EQ(verdict(AgentPeer{kAgent}, readyRequest()), "");
}

TEST(PeerAuth, clientsOfOneAgentReachOnlyThat) {
  const PeerAuth client = OneAgentClient{kAgent};
  EXPECT_EQ(verdict(client, tunnelRequest(kAgent)), "");
  EXPECT_EQ(verdict(client, tunnelRequest(kOther)),
            "authorization: invalid agent id, expected c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f, got "
            "11111111-2222-4333-8444-555555555555");
  CoordinateRequest broken;
  broken.mutable_add_tunnel()->set_id("fifteen bytes..");
  EXPECT_EQ(verdict(client, broken), "authorization: parse add tunnel id: invalid UUID (got 15 bytes)");
}

TEST(PeerAuth, clientsAnnounceAnyWholeAddressAndAreNeverReady) {
  const PeerAuth client = OneAgentClient{kAgent};
  EXPECT_EQ(verdict(client, addressRequest("fd7a::1/128", "::/0")), "");
  EXPECT_EQ(verdict(client, addressRequest("fd7a::1/64")), "authorization: invalid address bits, expected 128, got 64");
  EXPECT_EQ(verdict(client, addressRequest("192.0.2.1/32")),
            "authorization: invalid address bits, expected 128, got 32");
  EXPECT_EQ(verdict(client, readyRequest()), "authorization: clients may not send ready_for_handshake");
}

TEST(PeerAuth, usersReachTheAgentsThatTheyMaySsh) {
  const PeerAuth user = UserClient{[](AgentId agent) -> Task<bool> { co_return agent == kAgent; }};
  EXPECT_EQ(verdict(user, tunnelRequest(kAgent)), "");
  EXPECT_EQ(verdict(user, tunnelRequest(kOther)),
            "authorization: workspace agent not found or you do not have permission");
}

TEST(PeerAuth, anUpdateWithoutNodeIsRefusedForEveryone) {
  CoordinateRequest request;
  request.mutable_update_self();
  for (const PeerAuth& auth : {PeerAuth(AgentPeer{kAgent}), PeerAuth(OneAgentClient{kAgent}), PeerAuth(InternalPeer{})})
    EXPECT_EQ(verdict(auth, request), "authorization: update_self carries no node");
}

TEST(PeerAuth, nodesHaveALimit) {
  auto request = addressRequest("fd7a:115c:a1e0:4f0a:9d3b:a1b:2c3d:4e5f/128");
  for (int i = 0; i < 5000; ++i) request.mutable_update_self()->mutable_node()->add_endpoints("192.0.2.1:41641");
  for (const PeerAuth& auth : {PeerAuth(AgentPeer{kAgent}), PeerAuth(OneAgentClient{kAgent})})
    EXPECT_TRUE(verdict(auth, request).contains("at most 65536 are allowed"));
}

TEST(PeerAuth, emptyRequestsAndEmptyNodesAreHarmless) {
  CoordinateRequest emptyNode;
  emptyNode.mutable_update_self()->mutable_node();
  for (const auto& request : {CoordinateRequest(), emptyNode}) {
    EXPECT_EQ(verdict(AgentPeer{kAgent}, request), "");
    EXPECT_EQ(verdict(OneAgentClient{kAgent}, request), "");
  }
}

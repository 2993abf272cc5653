// Our client at the relay of a stock server that runs already: BERTH_PEER_URL=http://127.0.0.1:3000.
#include <cstdlib>

#include "tests/unit/tunnel/derp/DerpFixtures.h"
#include "tunnel/derp/Dial.h"
#include "tunnel/wire/Packet.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::derp;
using namespace berth::tunnel::derp::test;

namespace {

struct StockRelayTest : ::testing::TestWithParam<Transport> {
  asio::io_context io;
  SystemClock clock;
  SystemRng rng;
  std::shared_ptr<http::Client> http;

  void SetUp() override {
    const char* url = std::getenv("BERTH_PEER_URL");
    if (url == nullptr) GTEST_SKIP() << "BERTH_PEER_URL is empty: no stock server to run against";
    const auto parsed = http::parseUrl(url);
    ASSERT_TRUE(parsed);
    http = http::makeClient(io.get_executor(), *parsed);
  }
  Task<std::unique_ptr<Client>> logIn(const wire::NodePrivate& key) {
    auto stream = co_await dialRelay(*http, GetParam());
    if (!stream) throw std::runtime_error(stream.error().message());
    auto client = co_await Client::login(std::move(*stream), key, rng, clock);
    if (!client) throw std::runtime_error(client.error().message());
    co_return std::move(*client);
  }
};

}  // namespace

TEST_P(StockRelayTest, packetsPassAndLeavingIsTold) {
  run(io, [](StockRelayTest& test) -> Task<void> {
    const auto a = wire::NodePrivate::generate(test.rng);
    const auto b = wire::NodePrivate::generate(test.rng);
    auto atA = co_await test.logIn(a);
    auto atB = co_await test.logIn(b);
    atA->notePreferred(true);
    atA->send(a.publicKey(), asBytes("to myself"));
    EXPECT_EQ(co_await nextPacket(*atA), (Packet{a.publicKey(), "to myself"}));
    atA->send(b.publicKey(), Bytes(kMaxPacket, std::byte{'x'}));
    EXPECT_EQ((co_await nextPacket(*atB)).text.size(), kMaxPacket);
    atB->ping({});
    EXPECT_TRUE(std::holds_alternative<PongReceived>(co_await nextEvent(*atB)));
    atA->close();
    const auto gone = std::get<PeerGone>(co_await nextEvent(*atB));
    EXPECT_EQ(gone.peer, a.publicKey());
    EXPECT_EQ(gone.reason, GoneReason::Disconnected);
    Bytes disco = toBytes(wire::kDiscoMagic);
    disco.resize(200);
    atB->send(a.publicKey(), disco);
    EXPECT_EQ(std::get<PeerGone>(co_await nextEvent(*atB)).reason, GoneReason::NotHere);
  }(*this));
}

INSTANTIATE_TEST_SUITE_P(Transports, StockRelayTest, ::testing::Values(Transport::RawUpgrade, Transport::WebSocket),
                         [](const auto& transport) {
                           return transport.param == Transport::RawUpgrade ? "raw" : "webSocket";
                         });

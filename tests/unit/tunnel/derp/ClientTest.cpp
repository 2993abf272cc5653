#include "tunnel/derp/Client.h"

#include "DerpFixtures.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::derp;
using namespace berth::tunnel::derp::test;

namespace {

// A relay that is only a script: the far end of the client's connection, after a login.
struct ScriptedRelay : ::testing::Test {
  asio::io_context io;
  SystemClock clock;
  FakeRng rng;
  std::unique_ptr<Stream> far;
  std::unique_ptr<Client> client;
  ClientLimits limits{.writeTimeout = 50ms};

  void SetUp() override {
    auto pair = makeStreamPair(io.get_executor());
    far = std::move(pair.second);
    run(io, logIn(std::move(pair.first)));
    ASSERT_TRUE(client);
  }
  Task<void> logIn(std::unique_ptr<Stream> near) {
    const auto box = wire::Box::make(relayPrivate("B"), nodePublic("A"));
    co_await far->write(makeServerKey(relayPrivate("B").publicKey()));
    co_await far->write(vectorFrame("unknown type 0x55, to be skipped"));
    co_await far->write(makeServerInfo({}, *box, rng));
    auto result = co_await Client::login(std::move(near), nodePrivate("A"), rng, clock, limits);
    if (!result) co_return;
    client = std::move(*result);
    Bytes info(vectorFrame("ClientInfo A to B, nonce 00..17").size());
    (void)co_await readExactly(*far, info);
    const auto opened = openClientInfo(ByteView(info).subspan(kFrameHeaderSize), relayPrivate("B"));
    EXPECT_TRUE(opened && opened->client == nodePublic("A"));
  }
  Task<Bytes> written(std::size_t size) {
    Bytes bytes(size);
    const auto read = co_await readExactly(*far, bytes);
    EXPECT_TRUE(read);
    co_return bytes;
  }
};

}  // namespace

TEST_F(ScriptedRelay, clientSeesEachKindOfFrame) {
  EXPECT_EQ(client->relayKey(), relayPrivate("B").publicKey());
  run(io, [](ScriptedRelay& test) -> Task<void> {
    for (const char* name :
         {"KeepAlive", "unknown type 0x55, to be skipped", "RecvPacket from A, deadbeef", "PeerGone B, disconnected",
          "PeerGone B, not here", "Pong 00..07", "Health, text", "Restarting in 1000 ms, try for 30000 ms"})
      co_await test.far->write(vectorFrame(name));
    const Packet packet = co_await nextPacket(*test.client);
    EXPECT_EQ(packet.source, nodePublic("A"));
    EXPECT_EQ(toHex(asBytes(packet.text)), "deadbeef");
    EXPECT_EQ(std::get<PeerGone>(co_await nextEvent(*test.client)).reason, GoneReason::Disconnected);
    EXPECT_EQ(std::get<PeerGone>(co_await nextEvent(*test.client)).reason, GoneReason::NotHere);
    EXPECT_EQ(toHex(std::get<PongReceived>(co_await nextEvent(*test.client)).data), "0001020304050607");
    EXPECT_EQ(std::get<Health>(co_await nextEvent(*test.client)).problem, "overloaded");
    const auto restarting = std::get<Restarting>(co_await nextEvent(*test.client));
    EXPECT_EQ(restarting.reconnectAfter, 1000ms);
    EXPECT_EQ(restarting.tryFor, 30'000ms);
    EXPECT_FALSE(test.client->next());
  }(*this));
}

TEST_F(ScriptedRelay, sentFramesMatchTheVectors) {
  run(io, [](ScriptedRelay& test) -> Task<void> {
    test.client->notePreferred(true);
    EXPECT_TRUE(test.client->send(nodePublic("B"), hex("deadbeef")));
    PingData data;
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(i);
    test.client->ping(data);
    test.client->notePreferred(false);
    Bytes expected;
    for (const char* name : {"NotePreferred 1", "SendPacket to B, deadbeef", "Ping 00..07", "NotePreferred 0"})
      for (const std::byte b : vectorFrame(name)) expected.push_back(b);
    EXPECT_EQ(co_await test.written(expected.size()), expected);
  }(*this));
}

TEST_F(ScriptedRelay, pingIsAnswered) {
  run(io, [](ScriptedRelay& test) -> Task<void> {
    co_await test.far->write(vectorFrame("Ping 00..07"));
    co_await test.far->write(vectorFrame("Health, text"));
    co_await nextEvent(*test.client);
    EXPECT_EQ(co_await test.written(13), vectorFrame("Pong 00..07"));
  }(*this));
}

TEST_F(ScriptedRelay, saysHowTheConnectionEnded) {
  run(io, [](ScriptedRelay& test) -> Task<void> {
    co_await test.far->write(vectorFrame("Health, text"));
    test.far->close();
    co_await nextEvent(*test.client);
    EXPECT_EQ((co_await test.client->wait()).error().code(), ErrorCode::EndOfStream);
  }(*this));
}

TEST_F(ScriptedRelay, oneThatStopsReadingIsLeftAndCostsBoundedMemory) {
  run(io, [](ScriptedRelay& test) -> Task<void> {
    const Bytes packet(1000);
    for (int i = 0; i < 20'000; ++i) EXPECT_TRUE(test.client->send(nodePublic("B"), packet));
    EXPECT_LE(test.client->queuedBytes(), test.limits.maxQueuedBytes);
    EXPECT_FALSE(co_await test.client->wait());
  }(*this));
}

TEST_F(ScriptedRelay, refusesFramesOverTheLimit) {
  run(io, [](ScriptedRelay& test) -> Task<void> {
    co_await test.far->write(hex("0500100001"));
    EXPECT_EQ((co_await test.client->wait()).error().code(), ErrorCode::LimitExceeded);
  }(*this));
}

TEST_F(ScriptedRelay, refusesPacketsOverTheLimit) {
  EXPECT_EQ(client->send(nodePublic("B"), Bytes(kMaxPacket + 1)).error().code(), ErrorCode::LimitExceeded);
}

TEST(Client, refusesWhatIsNoRelay) {
  asio::io_context io;
  run(io, [](asio::io_context& context) -> Task<void> {
    SystemClock clock;
    FakeRng rng;
    auto pair = makeStreamPair(context.get_executor());
    co_await pair.second->write(
        hex("0100000008"
            "0000000000000000"));
    const auto client = co_await Client::login(std::move(pair.first), nodePrivate("A"), rng, clock);
    EXPECT_EQ(client.error().code(), ErrorCode::ProtocolViolation);
    auto ended = makeStreamPair(context.get_executor());
    ended.second->close();
    EXPECT_FALSE(co_await Client::login(std::move(ended.first), nodePrivate("A"), rng, clock));
  }(io));
}

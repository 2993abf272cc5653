#include "tunnel/derp/Relay.h"

#include "DerpFixtures.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::derp;
using namespace berth::tunnel::derp::test;

namespace {

Bytes disco() {
  Bytes packet = toBytes(hex("5453f09f92ac"));
  packet.resize(100);
  return packet;
}

// Until the relay has taken in what was sent before: a ping overtakes nothing on its own connection's way in.
Task<void> settle(Client& client) {
  client.ping({});
  while (!std::holds_alternative<PongReceived>(co_await nextEvent(client))) {
  }
}

// Whether the relay closes this connection after these bytes; a fresh one that has logged in.
Task<bool> isClosedBy(RelayTest& test, Bytes bytes) {
  auto stream = test.connect();
  Bytes hello(vectorFrame("ServerKey B").size());
  (void)co_await readExactly(*stream, hello);
  co_await stream->write(vectorFrame("ClientInfo A to B, nonce 00..17"));
  Bytes info(vectorFrame("ServerInfo B to A, nonce 00..17").size());
  (void)co_await readExactly(*stream, info);
  co_await stream->write(bytes);
  co_await stream->write(vectorFrame("Ping 00..07"));
  Bytes pong(13);
  co_return !co_await readExactly(*stream, pong) || pong != vectorFrame("Pong 00..07");
}

}  // namespace

TEST_F(RelayTest, forwardsBetweenKeys) {
  start();
  run(io, [](RelayTest& test) -> Task<void> {
    auto a = co_await test.logIn("A");
    auto c = co_await test.logIn("ephemeral_A");
    EXPECT_EQ(a->relayKey(), test.relay->publicKey());
    a->send(nodePublic("ephemeral_A"), asBytes("to c"));
    EXPECT_EQ(co_await nextPacket(*c), (Packet{nodePublic("A"), "to c"}));
    c->send(nodePublic("A"), asBytes("to a"));
    EXPECT_EQ(co_await nextPacket(*a), (Packet{nodePublic("ephemeral_A"), "to a"}));
    a->send(nodePublic("A"), asBytes("to myself"));
    EXPECT_EQ(co_await nextPacket(*a), (Packet{nodePublic("A"), "to myself"}));
  }(*this));
}

TEST_F(RelayTest, biggestPacketPassesWhole) {
  start();
  run(io, [](RelayTest& test) -> Task<void> {
    auto a = co_await test.logIn("A");
    const Bytes big(kMaxPacket, std::byte{'x'});
    EXPECT_TRUE(a->send(nodePublic("A"), big));
    EXPECT_EQ((co_await nextPacket(*a)).text.size(), kMaxPacket);
  }(*this));
}

TEST_F(RelayTest, closesOnWhatTheProtocolForbids) {
  start();
  run(io, [](RelayTest& test) -> Task<void> {
    const std::string key = toHex(nodePublic("A").bytes());
    for (const std::string& bad : {
             std::string("0400010021"),                         // a packet one byte too long
             std::string("040000001f") + std::string(62, '0'),  // no whole key
             std::string("0700000000"),                         // empty note
             std::string("120000000700000000000000"),           // short ping
             std::string("12000000090000000000000000"
                         "00"),                // long ping
             std::string("1000000000"),        // WatchConns
             "1100000020" + key,               // ClosePeer
             "0a00000041" + key + key + "00",  // ForwardPacket
         })
      EXPECT_TRUE(co_await isClosedBy(test, hex(bad))) << bad;
    EXPECT_FALSE(co_await isClosedBy(test, vectorFrame("unknown type 0x55, to be skipped")));
    EXPECT_FALSE(co_await isClosedBy(test, vectorFrame("NotePreferred 1")));
    EXPECT_FALSE(co_await isClosedBy(test, vectorFrame("SendPacket to B, deadbeef")));
  }(*this));
}

TEST_F(RelayTest, refusesALoginThatDoesNotOpen) {
  start();
  run(io, [](RelayTest& test) -> Task<void> {
    for (Bytes hello :
         {vectorFrame("Ping 00..07"), hex("0200040002"), vectorFrame("ClientInfo A to B, nonce 00..17")}) {
      auto stream = test.connect();
      Bytes key(vectorFrame("ServerKey B").size());
      EXPECT_TRUE(co_await readExactly(*stream, key));
      EXPECT_EQ(key, vectorFrame("ServerKey B"));
      hello.back() ^= std::byte{1};
      co_await stream->write(hello);
      std::array<std::byte, 1> one;
      EXPECT_FALSE(co_await stream->readSome(one));
    }
  }(*this));
}

TEST_F(RelayTest, endsALoginThatTakesTooLong) {
  limits.loginTimeout = 20ms;
  start();
  run(io, [](RelayTest& test) -> Task<void> {
    auto stream = test.connect();
    Bytes key(vectorFrame("ServerKey B").size());
    EXPECT_TRUE(co_await readExactly(*stream, key));
    std::array<std::byte, 1> one;
    EXPECT_FALSE(co_await stream->readSome(one));
  }(*this));
}

TEST_F(RelayTest, tellsThoseWhoWereSentToWhenAPeerLeaves) {
  start();
  run(io, [](RelayTest& test) -> Task<void> {
    auto a = co_await test.logIn("A");
    auto c = co_await test.logIn("ephemeral_A");
    auto d = co_await test.logIn("ephemeral_B");
    a->send(nodePublic("ephemeral_A"), asBytes("x"));
    d->send(nodePublic("A"), asBytes("y"));
    co_await nextPacket(*c);
    co_await nextPacket(*a);
    a->close();
    const auto gone = std::get<PeerGone>(co_await nextEvent(*c));
    EXPECT_EQ(gone.peer, nodePublic("A"));
    EXPECT_EQ(gone.reason, GoneReason::Disconnected);
    co_await settle(*d);  // only sent to it: hears nothing
  }(*this));
}

TEST_F(RelayTest, saysNotHereForDiscoOnlyAndNotTooOften) {
  start();
  run(io, [](RelayTest& test) -> Task<void> {
    auto a = co_await test.logIn("A");
    for (int i = 0; i < 10; ++i) a->send(nodePublic("ephemeral_B"), asBytes("data to nobody"));
    co_await settle(*a);
    for (int i = 0; i < 10; ++i) a->send(nodePublic("ephemeral_B"), disco());
    a->ping({});
    int notices = 0;
    while (true) {
      const Event event = co_await nextEvent(*a);
      if (std::holds_alternative<PongReceived>(event)) break;
      EXPECT_EQ(std::get<PeerGone>(event).reason, GoneReason::NotHere);
      ++notices;
    }
    EXPECT_EQ(notices, 3);
  }(*this));
}

TEST_F(RelayTest, newestConnectionOfAKeyGetsTheTrafficUntilAnOlderOneSends) {
  start();
  run(io, [](RelayTest& test) -> Task<void> {
    auto old = co_await test.logIn("A");
    auto fresh = co_await test.logIn("A");
    auto c = co_await test.logIn("ephemeral_A");
    c->send(nodePublic("A"), asBytes("1"));
    EXPECT_EQ((co_await nextPacket(*fresh)).text, "1");
    old->send(nodePublic("ephemeral_A"), asBytes("2"));
    EXPECT_EQ((co_await nextPacket(*c)).text, "2");
    c->send(nodePublic("A"), asBytes("3"));
    EXPECT_EQ((co_await nextPacket(*old)).text, "3");
    // Only the last one's end is news.
    old->close();
    co_await settle(*c);
    c->send(nodePublic("A"), asBytes("4"));
    EXPECT_EQ((co_await nextPacket(*fresh)).text, "4");
    fresh->close();
    EXPECT_EQ(std::get<PeerGone>(co_await nextEvent(*c)).peer, nodePublic("A"));
  }(*this));
}

TEST_F(RelayTest, slowReaderLosesItsOldestAndStallsNobody) {
  limits.maxQueuedFrames = 100;
  start();
  run(io, [](RelayTest& test) -> Task<void> {
    auto a = co_await test.logIn("A");
    auto slow = co_await test.logIn("ephemeral_A", 2000);
    auto quick = co_await test.logIn("ephemeral_B");
    constexpr int kSent = 1000;
    for (int i = 0; i < kSent; ++i) a->send(nodePublic("ephemeral_A"), asBytes(std::format("{:0500}", i)));
    a->send(nodePublic("ephemeral_A"), disco());
    a->send(nodePublic("ephemeral_B"), asBytes("still here"));
    EXPECT_EQ((co_await nextPacket(*quick)).text, "still here");
    // Now the slow one reads: what was on its way, then disco ahead of the newest packets.
    std::vector<int> numbers;
    std::size_t discoAt = 0;
    while (numbers.empty() || numbers.back() != kSent - 1) {
      const Packet packet = co_await nextPacket(*slow);
      if (packet.text.starts_with("TS"))
        discoAt = numbers.size();
      else
        numbers.push_back(std::stoi(packet.text));
    }
    EXPECT_LT(numbers.size(), 500U);
    EXPECT_GT(numbers.size(), 99U);
    EXPECT_TRUE(std::ranges::is_sorted(numbers));
    EXPECT_EQ(numbers.size() - discoAt, 100U);
  }(*this));
}

TEST_F(RelayTest, readerThatNeverReadsIsCutOff) {
  limits.writeTimeout = 30ms;
  start();
  run(io, [](RelayTest& test) -> Task<void> {
    auto a = co_await test.logIn("A");
    auto stuck = co_await test.logIn("ephemeral_A", 1000);
    for (int i = 0; i < 100; ++i) a->send(nodePublic("ephemeral_A"), Bytes(1000));
    while (test.relay->connectionCount() > 1) {
      asio::steady_timer timer(test.io, 1ms);
      co_await timer.async_wait(asio::use_awaitable);
    }
    co_await settle(*a);
  }(*this));
}

TEST_F(RelayTest, rateLimitSlowsTheSenderOnly) {
  limits.clientRate = {20'000, 2'000};
  start();
  run(io, [](RelayTest& test) -> Task<void> {
    auto stream = test.connect();  // a client that does not heed the limit it is told
    Bytes hello(vectorFrame("ServerKey B").size());
    (void)co_await readExactly(*stream, hello);
    co_await stream->write(vectorFrame("ClientInfo A to B, nonce 00..17"));
    const auto begin = std::chrono::steady_clock::now();
    Bytes packets;
    const Bytes body(1000);
    for (int i = 0; i < 5; ++i) appendFrame(packets, FrameType::SendPacket, nodePublic("A").bytes(), body);
    appendFrame(packets, FrameType::Ping, hex("0001020304050607"));
    co_await stream->write(packets);
    Bytes all;
    while (!asText(all).ends_with(asText(vectorFrame("Pong 00..07")))) {
      Bytes some(100'000);
      const auto count = co_await stream->readSome(some);
      if (!count) break;
      all.insert(all.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(*count));
      if (asText(all).contains(asText(vectorFrame("Pong 00..07")))) break;
    }
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 120ms);
  }(*this));
}

TEST_F(RelayTest, keepAliveComesWhenNothingElseDoes) {
  limits.keepAliveInterval = 5ms;
  limits.keepAliveJitter = 1ms;
  start();
  run(io, [](RelayTest& test) -> Task<void> {
    auto stream = test.connect();
    Bytes hello(vectorFrame("ServerKey B").size());
    (void)co_await readExactly(*stream, hello);
    co_await stream->write(vectorFrame("ClientInfo A to B, nonce 00..17"));
    Bytes info(vectorFrame("ServerInfo B to A, nonce 00..17").size());
    (void)co_await readExactly(*stream, info);
    Bytes keepAlive(5);
    EXPECT_TRUE(co_await readExactly(*stream, keepAlive));
    EXPECT_EQ(keepAlive, vectorFrame("KeepAlive"));
  }(*this));
}

TEST_F(RelayTest, stopEndsEverybodyAtOnce) {
  start();
  run(io, [](RelayTest& test) -> Task<void> {
    auto a = co_await test.logIn("A");
    auto unfinished = test.connect();
    const auto begin = std::chrono::steady_clock::now();
    test.relay->stop();
    test.relay->stop();
    EXPECT_FALSE(co_await a->wait());
    auto late = test.connect();
    std::array<std::byte, 1> one;
    EXPECT_FALSE(co_await late->readSome(one));
    while (test.relay->connectionCount() > 0) co_await asio::post(test.io, asio::use_awaitable);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 500ms);
  }(*this));
}

TEST_F(RelayTest, takesNoMoreConnectionsThanItMay) {
  limits.maxConnections = 1;
  start();
  run(io, [](RelayTest& test) -> Task<void> {
    auto a = co_await test.logIn("A");
    EXPECT_FALSE(co_await Client::login(test.connect(), nodePrivate("ephemeral_A"), test.rng, test.clock));
    co_await settle(*a);
  }(*this));
}

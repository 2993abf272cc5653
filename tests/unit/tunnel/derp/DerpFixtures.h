// A relay and clients joined to it in memory.
#pragma once

#include <gtest/gtest.h>

#include "tests/support/Run.h"
#include "tests/support/VectorKeys.h"
#include "tunnel/derp/Client.h"
#include "tunnel/derp/Login.h"
#include "tunnel/derp/Relay.h"

namespace berth::tunnel::derp::test {

using berth::test::FakeRng;
using berth::test::hex;
using berth::test::named;
using berth::test::run;
using berth::test::vectors;
using namespace std::chrono_literals;

inline wire::NodePrivate nodePrivate(const char* name) { return berth::test::vectorPrivate<wire::NodePrivate>(name); }
inline wire::NodePublic nodePublic(const char* name) { return berth::test::vectorPublic<wire::NodePublic>(name); }
inline wire::RelayPrivate relayPrivate(const char* name) {
  return berth::test::vectorPrivate<wire::RelayPrivate>(name);
}

inline Bytes vectorFrame(std::string_view name) {
  return hex(named(vectors().at("derp").at("frames"), name).at("bytes"));
}

// What a test knows of one client: its key is one of the vectors', its Client logged in.
struct RelayTest : ::testing::Test {
  asio::io_context io;
  SystemClock clock;
  FakeRng rng;
  RelayLimits limits;
  std::unique_ptr<Relay> relay;

  Relay& start() {
    relay = std::make_unique<Relay>(io.get_executor(), relayPrivate("B"), rng, clock, limits);
    return *relay;
  }
  // The client's end of a connection that the relay serves.
  std::unique_ptr<Stream> connect(std::size_t capacity = 64U << 10) {
    auto [ours, theirs] = makeStreamPair(io.get_executor(), capacity);
    asio::co_spawn(io, relay->serve(std::move(theirs)), asio::detached);
    return std::move(ours);
  }
  Task<std::unique_ptr<Client>> logIn(const char* name, std::size_t capacity = 64U << 10) {
    auto client = co_await Client::login(connect(capacity), nodePrivate(name), rng, clock);
    if (!client) throw std::runtime_error(client.error().message());
    co_return std::move(*client);
  }
  void TearDown() override {
    if (!relay) return;
    relay->stop();
    io.restart();
    io.run_for(1s);
    EXPECT_EQ(relay->connectionCount(), 0U);
  }
};

inline Task<Event> nextEvent(Client& client) {
  while (true) {
    if (auto event = client.next()) co_return *event;
    if (auto waited = co_await client.wait(); !waited) throw std::runtime_error(waited.error().message());
  }
}

// The packet as text, with its sender.
struct Packet {
  wire::NodePublic source;
  std::string text;
  bool operator==(const Packet&) const = default;
};
inline Task<Packet> nextPacket(Client& client) {
  const Event event = co_await nextEvent(client);
  const auto& packet = std::get<ReceivedPacket>(event);
  co_return Packet{packet.source, std::string(asText(packet.packet))};
}

}  // namespace berth::tunnel::derp::test

// Many packets through our relay over TCP on loopback: nothing is lost while the readers keep up, and order holds.
#include "core/http/Client.h"
#include "core/http/Server.h"
#include "tests/unit/tunnel/derp/DerpFixtures.h"
#include "tunnel/derp/Dial.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::derp;
using namespace berth::tunnel::derp::test;

namespace {

constexpr std::size_t kPacketSize = 1312;  // a full packet of the tunnel
constexpr std::uint32_t kPackets = 50'000;
constexpr std::size_t kInFlight = 2U << 20;  // as a TCP window in the tunnel would have it

Task<std::unique_ptr<Client>> logIn(http::Client& http, const char* name, Rng& rng, const Clock& clock) {
  auto stream = co_await dialRelay(http, Transport::RawUpgrade);
  if (!stream) throw std::runtime_error(stream.error().message());
  auto client = co_await Client::login(std::move(*stream), nodePrivate(name), rng, clock);
  if (!client) throw std::runtime_error(client.error().message());
  co_return std::move(*client);
}

}  // namespace

TEST(RelayThroughput, windowOfPacketsPassesInOrderWithoutLoss) {
  asio::io_context io;
  SystemClock clock;
  SystemRng rng;
  Relay relay(io.get_executor(), wire::RelayPrivate::generate(rng), rng, clock);
  auto server = http::makeServer(io.get_executor());
  const auto port = server->listen("127.0.0.1:0");
  ASSERT_TRUE(port);
  server->serve({[&relay](http::Exchange& exchange) { return relay.serveUpgrade(exchange); }, {}});
  auto http = http::makeClient(io.get_executor(), *http::parseUrl(std::format("http://127.0.0.1:{}", *port)));

  const auto begin = clock.now();
  run(io, [](http::Client& client, Rng& random, const Clock& time) -> Task<void> {
    auto a = co_await logIn(client, "A", random, time);
    auto b = co_await logIn(client, "ephemeral_A", random, time);
    std::uint32_t sent = 0;
    std::uint32_t received = 0;
    Bytes packet(kPacketSize);
    const auto fill = [&] {
      while (sent < kPackets && (sent - received) * kPacketSize < kInFlight) {
        std::memcpy(packet.data(), &sent, sizeof(sent));
        (void)a->send(nodePublic("ephemeral_A"), packet);
        ++sent;
      }
    };
    fill();
    while (received < kPackets) {
      if (!co_await b->wait()) break;
      while (const auto event = b->next()) {
        std::uint32_t number = 0;
        std::memcpy(&number, std::get<ReceivedPacket>(*event).packet.data(), sizeof(number));
        if (number != received) throw std::runtime_error(std::format("packet {} instead of {}", number, received));
        ++received;
      }
      fill();
    }
    EXPECT_EQ(received, kPackets);
  }(*http, rng, clock));
  const std::chrono::duration<double> took = clock.now() - begin;
  RecordProperty("megabytesPerSecond", static_cast<int>(kPackets * kPacketSize / 1e6 / took.count()));

  relay.stop();
  run(io, server->stop(500ms));
}

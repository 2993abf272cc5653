// A relay behind a real HTTP server, on loopback by default, which can be stopped and started again on its port.
#pragma once

#include <gtest/gtest.h>

#include "core/base/Log.h"
#include "core/http/Server.h"
#include "tunnel/derp/Relay.h"
#include "tunnel/node/Node.h"

namespace berth::tunnel {

inline constexpr int kRegion = 999;

// Of one region with one relay, plain HTTP and no STUN.
inline wire::DerpMap relayMap(const std::string& host, std::uint16_t port, int region = kRegion) {
  wire::DerpNode node;
  node.name = "relay";
  node.regionId = region;
  node.hostName = host;
  node.derpPort = port;
  node.forcesHttp = true;
  node.stunPort = -1;
  wire::DerpMap map;
  map.regions[region] = {region, "test", "Test", true, false, {node}};
  return map;
}

class RelayServer {
 public:
  RelayServer(asio::io_context& io, const Clock& clock, Rng& rng, std::string host = "127.0.0.1")
      : m_io(io), m_clock(clock), m_rng(rng), m_host(std::move(host)) {}

  void start() {
    m_relay = std::make_unique<derp::Relay>(m_io.get_executor(), wire::RelayPrivate::generate(m_rng), m_rng, m_clock);
    m_server = http::makeServer(m_io.get_executor());
    const auto port = m_server->listen(m_host + ":" + std::to_string(m_port));
    ASSERT_TRUE(port) << port.error().message();
    m_port = *port;
    m_server->serve({[this](http::Exchange& exchange) { return handle(exchange); }, {}});
  }

  Task<void> stop() {
    m_relay->stop();
    co_await m_server->stop(std::chrono::seconds(1));
    m_server.reset();
    m_relay.reset();
  }

  wire::DerpMap map(int region = kRegion) const { return relayMap(m_host, m_port, region); }

  bool refusesRawUpgrade = false;
  bool holdsUpgrades = false;  // until set back
  int latencyChecks = 0;

 private:
  Task<void> handle(http::Exchange& exchange) {
    while (holdsUpgrades && exchange.request().path() != "/derp/latency-check") co_await pause();
    if (exchange.request().path() == "/derp/latency-check") {
      ++latencyChecks;
      (void)co_await exchange.respond({});
    } else if (refusesRawUpgrade && exchange.request().headers.find("Upgrade") == "DERP") {
      (void)co_await exchange.respond({426, {}, "no"});
    } else {
      co_await m_relay->serveUpgrade(exchange);
    }
  }

  Task<void> pause() {
    asio::steady_timer timer(m_io, std::chrono::milliseconds(2));
    co_await timer.async_wait(asio::use_awaitable);
  }

  asio::io_context& m_io;
  const Clock& m_clock;
  Rng& m_rng;
  const std::string m_host;
  std::uint16_t m_port = 0;
  std::unique_ptr<derp::Relay> m_relay;
  std::unique_ptr<http::Server> m_server;
};

// Two nodes that know each other and share a relay.
struct RelayedPair : testing::Test {
  asio::io_context io;
  SystemClock clock;
  SystemRng rng;
  RelayServer relay{io, clock, rng};
  Node client{
      io.get_executor(), clock, rng, {.addresses = {*Ipv6::parse("fd7a:115c:a1e0::1")}, .usesDirectPaths = false}};
  Node agent{
      io.get_executor(),
      clock,
      rng,
      {.addresses = {*Ipv6::parse("fd7a:115c:a1e0::2"), *Ipv6::parse("fd60:627a:a42b::2")}, .usesDirectPaths = false}};

  void SetUp() override { log::setLevel(log::Level::Error); }

  void introduce() {
    client.setDerpMap(relay.map(), false);
    agent.setDerpMap(relay.map(), false);
    agent.putPeer({client.key(), client.discoKey(), kRegion, client.addresses(), {}});
    client.putPeer({agent.key(), agent.discoKey(), kRegion, agent.addresses(), {}});
    client.setPeerKeepalive(agent.key(), std::chrono::seconds(25));
  }

  // Runs until the coroutine ends, at most two minutes.
  void run(Task<void> task) {
    bool isDone = false;
    asio::co_spawn(io, std::move(task), [&](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
      isDone = true;
    });
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (!isDone && std::chrono::steady_clock::now() < limit) io.run_one_for(std::chrono::milliseconds(100));
    ASSERT_TRUE(isDone);
  }

  Task<void> pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(io, time);
    co_await timer.async_wait(asio::use_awaitable);
  }
};

}  // namespace berth::tunnel

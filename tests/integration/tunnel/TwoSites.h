// Two nodes, each in a process and network of its own behind a NAT, and a relay and two STUN servers on the internet
// between them. This process is the internet, and coordinates: each node's "self" becomes the other's "peer". What else
// the nodes have to say, in lines, goes to the test.
#pragma once

#include <sys/socket.h>
#include <sys/wait.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <sstream>

#include "tests/integration/tunnel/RelayServer.h"
#include "tests/support/NatLaboratory.h"
#include "tunnel/stun/Server.h"

namespace berth::tunnel {

// Lines over a socket pair, between this process and a node's.
class Channel {
 public:
  Channel(asio::io_context& io, int descriptor) : m_socket(io, descriptor) {}

  void write(std::string line) {
    line += '\n';
    boost::system::error_code lost;
    asio::write(m_socket, asio::buffer(line), lost);
  }
  // Nothing at the end.
  Task<std::optional<std::string>> read() {
    boost::system::error_code error;
    const auto size = co_await asio::async_read_until(m_socket, asio::dynamic_buffer(m_buffer), '\n',
                                                      asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return std::nullopt;
    std::string line = m_buffer.substr(0, size - 1);
    m_buffer.erase(0, size);
    co_return line;
  }

 private:
  asio::posix::stream_descriptor m_socket;
  std::string m_buffer;
};

// A node as a process. Derive for what it does besides knowing its peer.
class SiteNode {
 public:
  SiteNode(int channel, const char* address, const wire::DerpMap& map)
      : m_channel(m_io, channel), m_node(m_io.get_executor(), m_clock, m_rng, {.addresses = {*Ipv6::parse(address)}}) {
    m_node.setOnSelfChanged([this](const SelfInfo& self) { say("self " + describe(self)); });
    m_node.setDerpMap(map, false);
  }
  virtual ~SiteNode() = default;
  SiteNode(const SiteNode&) = delete;
  SiteNode& operator=(const SiteNode&) = delete;

  // Until the other process ends or onLine() stops the loop.
  void run() {
    asio::co_spawn(m_io, listenToOthers(), asio::detached);
    m_io.run();
  }

 protected:
  // The other node is known, and has become so just now.
  virtual void onPeer() {}
  // Any line of the test's own.
  virtual void onLine(const std::string&) {}

  void say(std::string line) { m_channel.write(std::move(line)); }
  void spawn(Task<void> task) { asio::co_spawn(m_io, std::move(task), asio::detached); }
  Task<void> pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(m_io, time);
    co_await timer.async_wait(asio::use_awaitable);
  }
  Node& node() noexcept { return m_node; }
  const Ipv6& peerAddress() const noexcept { return m_peerAddress; }
  // "relay", or the direct address in use.
  std::string way() const {
    const auto status = m_node.findPeerStatus(*m_peer);
    return status && status->direct ? status->direct->toString() : "relay";
  }

 private:
  std::string describe(const SelfInfo& self) const {
    std::string text = std::format("{} {} {}", m_node.key().toString(), m_node.discoKey().toString(),
                                   m_node.addresses().front().toString());
    for (const auto& endpoint : self.place.endpoints) text += " " + endpoint.toString();
    return text;
  }

  Task<void> listenToOthers() {
    while (auto line = co_await m_channel.read()) {
      std::istringstream words(*line);
      std::string kind, key, disco, address;
      words >> kind >> key >> disco >> address;
      if (kind != "peer") {
        onLine(*line);
        continue;
      }
      PeerConfig config{
          *wire::NodePublic::parse(key), *wire::DiscoPublic::parse(disco), kRegion, {*Ipv6::parse(address)}, {}};
      for (std::string endpoint; words >> endpoint;) config.endpoints.push_back(*wire::Endpoint::parse(endpoint));
      m_peerAddress = config.addresses.front();
      m_node.putPeer(config);
      if (std::exchange(m_peer, config.key)) continue;
      say("ready");
      onPeer();
    }
    m_io.stop();
  }

  asio::io_context m_io;
  SystemClock m_clock;
  SystemRng m_rng;
  Channel m_channel;
  std::optional<wire::NodePublic> m_peer;
  Ipv6 m_peerAddress;
  Node m_node;
};

class TwoSites {
 public:
  enum class Side { Client, Agent };
  using Clock = std::chrono::steady_clock;

  // `Client` and `Agent` are SiteNodes.
  template <typename Client, typename Agent>
  static std::unique_ptr<TwoSites> make(test::Nat a, test::Nat b, std::function<void(Side, const std::string&)> onLine,
                                        const test::LinkFaults& faults = {}) {
    auto sites = std::unique_ptr<TwoSites>(new TwoSites(a, b, std::move(onLine), faults));
    sites->m_client = sites->spawn<Client>("a", "fd7a:115c:a1e0::a");
    sites->m_agent = sites->spawn<Agent>("b", "fd7a:115c:a1e0::b");
    asio::co_spawn(sites->m_io, sites->pass(*sites->m_client, *sites->m_agent), asio::detached);
    asio::co_spawn(sites->m_io, sites->pass(*sites->m_agent, *sites->m_client), asio::detached);
    return sites;
  }
  ~TwoSites() {
    for (const pid_t child : m_children) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
    for (auto& each : m_stun) each->stop();
    bool isStopped = false;
    asio::co_spawn(m_io, m_relay.stop(), [&](std::exception_ptr) { isStopped = true; });
    while (!isStopped) m_io.run_one_for(std::chrono::milliseconds(100));
  }
  TwoSites(const TwoSites&) = delete;
  TwoSites& operator=(const TwoSites&) = delete;

  void tell(Side side, std::string line) { (side == Side::Client ? m_client : m_agent)->write(std::move(line)); }
  void runFor(std::chrono::milliseconds time) { m_io.run_for(time); }
  bool runUntil(const std::function<bool()>& isTrue, std::chrono::seconds limit = std::chrono::seconds(15)) {
    const auto start = Clock::now();
    while (!isTrue() && Clock::now() - start < limit) m_io.run_one_for(std::chrono::milliseconds(20));
    return isTrue();
  }
  const test::NatLaboratory& laboratory() const { return m_laboratory; }

 private:
  static constexpr std::uint16_t kStunPort = 3478;
  static constexpr int kStunRegion = 1000;

  TwoSites(test::Nat a, test::Nat b, std::function<void(Side, const std::string&)> onLine,
           const test::LinkFaults& faults)
      : m_onLine(std::move(onLine)), m_laboratory(a, b, faults) {
    m_laboratory.enter("net");
    m_relay.start();
    for (const char* host : {test::NatLaboratory::kRelayHost, test::NatLaboratory::kSecondHost})
      m_stun.push_back(
          *stun::Server::start(m_io.get_executor(), *wire::Endpoint::parse(std::format("{}:{}", host, kStunPort))));
  }

  wire::DerpMap map() const {
    wire::DerpMap map = m_relay.map();
    map.regions.at(kRegion).nodes.front().stunPort = kStunPort;
    wire::DerpNode node;
    node.name = "stun";
    node.hostName = test::NatLaboratory::kSecondHost;
    node.stunPort = kStunPort;
    node.isStunOnly = true;
    map.regions[kStunRegion] = {kStunRegion, "stun", "STUN", false, false, {node}};
    return map;
  }

  // Forked once the relay's port is known; a child starts with nothing of ours but the addresses.
  template <typename Member>
  std::unique_ptr<Channel> spawn(const std::string& place, const char* address) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    m_io.notify_fork(asio::io_context::fork_prepare);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      log::setLevel(log::Level::Error);
      m_laboratory.enter(place);
      Member(ends[1], address, map()).run();
      ::_exit(0);
    }
    m_io.notify_fork(asio::io_context::fork_parent);
    ::close(ends[1]);
    m_children.push_back(child);
    return std::make_unique<Channel>(m_io, ends[0]);
  }

  Task<void> pass(Channel& from, Channel& to) {
    const Side side = &from == m_client.get() ? Side::Client : Side::Agent;
    while (auto line = co_await from.read()) {
      if (line->starts_with("self ")) {
        introduce(side, to, "peer" + line->substr(4));
      } else if (*line == "ready") {
        if (side == Side::Client) continue;
        m_isAgentReady = true;
        if (!m_waiting.empty()) to.write(std::exchange(m_waiting, {}));
      } else {
        m_onLine(side, *line);
      }
    }
  }
  // The client hears of the agent once that knows the client (reference/tailnet.md 4.10).
  void introduce(Side side, Channel& to, std::string peer) {
    if (side == Side::Agent && !m_isAgentReady)
      m_waiting = std::move(peer);
    else
      to.write(std::move(peer));
  }

  std::function<void(Side, const std::string&)> m_onLine;
  test::NatLaboratory m_laboratory;
  asio::io_context m_io;
  SystemClock m_clock;
  SystemRng m_rng;
  RelayServer m_relay{m_io, m_clock, m_rng, test::NatLaboratory::kRelayHost};
  std::vector<std::unique_ptr<stun::Server>> m_stun;
  std::unique_ptr<Channel> m_client;
  std::unique_ptr<Channel> m_agent;
  std::vector<pid_t> m_children;
  std::string m_waiting;
  bool m_isAgentReady = false;
};

}  // namespace berth::tunnel

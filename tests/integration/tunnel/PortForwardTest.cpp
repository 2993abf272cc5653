// Port forwarding between two nodes: local sockets on this side, the agent's forwarders and the machine's loopback on
// the other.
#include <boost/asio/ip/udp.hpp>

#include "core/base/Tcp.h"
#include "tests/integration/tunnel/RelayServer.h"
#include "tunnel/dialer/LocalForwarder.h"
#include "tunnel/dialer/PortForwarder.h"
#include "tunnel/netstack/Udp.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::dialer;
using namespace std::chrono_literals;
using asio::ip::udp;

namespace {

class NodePorts final : public AgentPorts {
 public:
  NodePorts(Node& client, Ipv6 agent) : m_client(client), m_agent(agent), m_udp(client) {}
  Task<Result<std::unique_ptr<Stream>>> dialTcp(std::uint16_t port) override { return m_client.dial(m_agent, port); }
  Result<std::unique_ptr<UdpFlow>> dialUdp(std::uint16_t port, UdpFlow::Handler handler) override {
    return m_udp.open(m_agent, port, std::move(handler));
  }

 private:
  Node& m_client;
  Ipv6 m_agent;
  UdpDialer m_udp;
};

// A UDP socket of a program, or of a server that it talks to.
struct Peer {
  explicit Peer(asio::io_context& io) : socket(io, udp::endpoint(asio::ip::address_v4::loopback(), 0)) {}
  std::uint16_t port() const { return socket.local_endpoint().port(); }
  static udp::endpoint at(std::uint16_t port) { return {asio::ip::address_v4::loopback(), port}; }
  void send(std::string_view text, const udp::endpoint& to) { socket.send_to(asio::buffer(text), to); }
  Task<std::string> receive() {
    std::string buffer(65536, '\0');
    const auto count = co_await socket.async_receive_from(asio::buffer(buffer), source, asio::use_awaitable);
    buffer.resize(count);
    co_return buffer;
  }

  udp::socket socket;
  udp::endpoint source;  // of the last that came
};

struct PortForwarding : RelayedPair {
  NodePorts ports{client, agent.addresses()[0]};
  UdpForwarder agentUdp{io.get_executor(), clock,
                        [this](const netstack::Flow& flow, ByteView payload) { agent.sendUdp(flow, payload); }};
  std::vector<std::string> reports;
  PortForwarder forwarder{io.get_executor(),
                          clock,
                          ports,
                          {.udpIdle = 300ms, .report = [this](const std::string& text) { reports.push_back(text); }}};

  void SetUp() override {
    RelayedPair::SetUp();
    relay.start();
    introduce();
    agent.setTcpForwarder(makeTcpForwarder());
    agent.setUdpHandler([this](const netstack::Flow& flow, ByteView payload) { agentUdp.onDatagram(flow, payload); });
  }
  void TearDown() override { run(forwarder.close()); }

  Task<void> until(std::function<bool()> isTrue) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (!isTrue() && std::chrono::steady_clock::now() < limit) co_await pause(5ms);
    EXPECT_TRUE(isTrue());
  }
};

Task<std::string> readAll(Stream& stream) {
  std::string text;
  Bytes buffer(64 * 1024);
  while (const auto count = co_await stream.readSome(buffer)) text += asText(ByteView(buffer).first(*count));
  co_return text;
}

// Reads to the end of each connection, and only then answers how much it was.
Task<void> countBytes(std::shared_ptr<TcpListener> listener) {
  while (auto stream = co_await listener->accept()) {
    const auto text = co_await readAll(**stream);
    co_await (*stream)->write(asBytes(std::to_string(text.size())));
    co_await (*stream)->closeWrite();
  }
}

std::shared_ptr<TcpListener> listenAnywhere(asio::io_context& io) {
  return *listenTcp(io.get_executor(), "127.0.0.1:0");
}

}  // namespace

TEST_F(PortForwarding, carriesTcpAndItsHalfClose) {
  const auto server = listenAnywhere(io);
  asio::co_spawn(io, countBytes(server), asio::detached);
  const auto port = forwarder.open({.remotePort = server->port()});
  ASSERT_TRUE(port) << port.error().message();
  run([](PortForwarding& t, std::uint16_t local) -> Task<void> {
    auto stream = co_await connectTcp("127.0.0.1", local);
    EXPECT_TRUE(stream);
    const Bytes block(64 * 1024);
    for (int i = 0; i < 64; ++i) EXPECT_TRUE(co_await (*stream)->write(block));
    EXPECT_TRUE(co_await (*stream)->closeWrite());
    EXPECT_EQ(co_await readAll(**stream), std::to_string(64 * 64 * 1024));
    co_await t.until([&t] { return t.forwarder.connectionCount() == 0; });
  }(*this, *port));
  server->close();
}

TEST_F(PortForwarding, carriesManyConnectionsAtOnce) {
  const auto server = listenAnywhere(io);
  asio::co_spawn(
      io,
      [](std::shared_ptr<TcpListener> listener) -> Task<void> {
        while (auto stream = co_await listener->accept())
          asio::co_spawn(
              co_await asio::this_coro::executor,
              [](std::unique_ptr<Stream> s) -> Task<void> {
                Bytes buffer(256);
                while (auto count = co_await s->readSome(buffer)) co_await s->write(ByteView(buffer).first(*count));
              }(*std::move(stream)),
              asio::detached);
      }(server),
      asio::detached);
  const auto port = forwarder.open({.remotePort = server->port()});
  ASSERT_TRUE(port);
  run([](PortForwarding& t, std::uint16_t local) -> Task<void> {
    std::vector<std::unique_ptr<TcpStream>> streams;
    for (int i = 0; i < 100; ++i) streams.push_back(*co_await connectTcp("127.0.0.1", local));
    for (std::size_t i = 0; i < streams.size(); ++i)
      EXPECT_TRUE(co_await streams[i]->write(asBytes(std::to_string(i))));
    Bytes buffer(16);
    for (std::size_t i = 0; i < streams.size(); ++i) {
      const auto count = co_await streams[i]->readSome(buffer);
      EXPECT_EQ(asText(ByteView(buffer).first(count.value_or(0))), std::to_string(i));
    }
    EXPECT_EQ(t.forwarder.connectionCount(), 100U);
  }(*this, *port));
  server->close();
}

TEST_F(PortForwarding, aClosedPortOfTheWorkspaceEndsOnlyThatConnection) {
  const auto server = listenAnywhere(io);
  const auto remotePort = server->port();
  server->close();
  const auto port = forwarder.open({.remotePort = remotePort});
  run([](std::uint16_t local) -> Task<void> {
    for (int i = 0; i < 2; ++i) {
      auto stream = co_await connectTcp("127.0.0.1", local);
      EXPECT_TRUE(stream);
      EXPECT_EQ(co_await readAll(**stream), "");
    }
  }(*port));
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_TRUE(reports[0].starts_with(std::format("Failed to dial 'tcp://127.0.0.1:{}' in workspace", remotePort)));
}

TEST_F(PortForwarding, listensOnBothLoopbacksUnlessToldOtherwise) {
  const auto both = forwarder.open({.remotePort = 9});
  const auto one = forwarder.open({.localAddress = wire::mappedV4({127, 0, 0, 1}), .remotePort = 9});
  ASSERT_TRUE(both && one);
  run([](std::uint16_t onBoth, std::uint16_t onOne) -> Task<void> {
    EXPECT_TRUE(co_await connectTcp("127.0.0.1", onBoth));
    EXPECT_TRUE(co_await connectTcp("::1", onBoth));
    EXPECT_FALSE(co_await connectTcp("::1", onOne));
  }(*both, *one));
}

TEST_F(PortForwarding, saysWhoHasAPort) {
  const auto taken = listenAnywhere(io);
  const auto refused = forwarder.open({.localPort = taken->port(), .remotePort = 80});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::AlreadyExists);
  EXPECT_EQ(refused.error().message(), std::format("TCP port 127.0.0.1:{} is taken by another program", taken->port()));
  const Peer takenUdp(io);
  const auto alsoRefused =
      forwarder.open({.transport = Transport::Udp, .localPort = takenUdp.port(), .remotePort = 80});
  ASSERT_FALSE(alsoRefused);
  EXPECT_EQ(alsoRefused.error().code(), ErrorCode::AlreadyExists);
}

TEST_F(PortForwarding, aPortThatIsNoLongerForwardedKeepsItsConnections) {
  const auto server = listenAnywhere(io);
  asio::co_spawn(io, countBytes(server), asio::detached);
  const auto port = forwarder.open({.remotePort = server->port()});
  run([](PortForwarding& t, std::uint16_t local) -> Task<void> {
    auto stream = co_await connectTcp("127.0.0.1", local);
    EXPECT_TRUE(co_await (*stream)->write(asBytes("abc")));
    co_await t.until([&t] { return t.forwarder.connectionCount() == 1; });
    t.forwarder.stopListening(Transport::Tcp, local);
    EXPECT_FALSE(co_await connectTcp("127.0.0.1", local));
    EXPECT_TRUE(co_await (*stream)->closeWrite());
    EXPECT_EQ(co_await readAll(**stream), "3");
  }(*this, *port));
  server->close();
}

TEST_F(PortForwarding, closingEndsConnections) {
  const auto server = listenAnywhere(io);
  asio::co_spawn(io, countBytes(server), asio::detached);
  const auto port = forwarder.open({.remotePort = server->port()});
  run([](PortForwarding& t, std::uint16_t local) -> Task<void> {
    auto stream = co_await connectTcp("127.0.0.1", local);
    co_await t.until([&t] { return t.forwarder.connectionCount() == 1; });
    co_await t.forwarder.close();
    EXPECT_EQ(t.forwarder.connectionCount(), 0U);
    EXPECT_EQ(co_await readAll(**stream), "");
  }(*this, *port));
  server->close();
}

TEST_F(PortForwarding, carriesUdpForEachSenderByItself) {
  Peer server(io);
  const auto port = forwarder.open({.transport = Transport::Udp, .remotePort = server.port()});
  ASSERT_TRUE(port) << port.error().message();
  run([](PortForwarding& t, Peer& far, std::uint16_t local) -> Task<void> {
    EXPECT_TRUE(co_await t.client.tsmpPing(t.agent.addresses()[0], 10s));
    Peer first(t.io);
    Peer second(t.io);
    first.send("one", Peer::at(local));
    EXPECT_EQ(co_await far.receive(), "one");
    const auto firstSeen = far.source;
    second.send("two", Peer::at(local));
    EXPECT_EQ(co_await far.receive(), "two");
    const auto secondSeen = far.source;
    EXPECT_NE(firstSeen, secondSeen);
    EXPECT_EQ(t.forwarder.flowCount(), 2U);
    far.send("for two", secondSeen);
    far.send("for one", firstSeen);
    EXPECT_EQ(co_await first.receive(), "for one");
    EXPECT_EQ(first.source.port(), local);
    EXPECT_EQ(co_await second.receive(), "for two");
    first.send("again", Peer::at(local));
    EXPECT_EQ(co_await far.receive(), "again");
    EXPECT_EQ(far.source, firstSeen) << "the same flow";
  }(*this, server, *port));
}

TEST_F(PortForwarding, aUdpFlowEndsWhenNothingGoesOn) {
  Peer server(io);
  const auto port = forwarder.open({.transport = Transport::Udp, .remotePort = server.port()});
  run([](PortForwarding& t, Peer& far, std::uint16_t local) -> Task<void> {
    EXPECT_TRUE(co_await t.client.tsmpPing(t.agent.addresses()[0], 10s));
    Peer program(t.io);
    program.send("one", Peer::at(local));
    EXPECT_EQ(co_await far.receive(), "one");
    const auto before = far.source;
    co_await t.until([&t] { return t.forwarder.flowCount() == 0; });
    program.send("two", Peer::at(local));
    EXPECT_EQ(co_await far.receive(), "two");
    EXPECT_NE(far.source, before) << "a flow of its own";
  }(*this, server, *port));
}

TEST_F(PortForwarding, datagramsThatDoNotFitAreDroppedAndItIsSaidOnce) {
  Peer server(io);
  const auto port = forwarder.open({.transport = Transport::Udp, .remotePort = server.port()});
  run([](PortForwarding& t, Peer& far, std::uint16_t local) -> Task<void> {
    EXPECT_TRUE(co_await t.client.tsmpPing(t.agent.addresses()[0], 10s));
    Peer program(t.io);
    for (int i = 0; i < 2; ++i) program.send(std::string(netstack::kMaxUdpPayload + 1, 'x'), Peer::at(local));
    program.send(std::string(netstack::kMaxUdpPayload, 'y'), Peer::at(local));
    EXPECT_EQ(co_await far.receive(), std::string(netstack::kMaxUdpPayload, 'y'));
  }(*this, server, *port));
  EXPECT_EQ(reports.size(), 1U);
}

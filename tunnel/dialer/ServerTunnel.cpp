#include "tunnel/dialer/ServerTunnel.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <set>

#include "tunnel/coordination/ClientSession.h"
#include "tunnel/dialer/CoordinatedNode.h"

namespace berth::tunnel::dialer {

namespace {

constexpr std::chrono::seconds kReachTimeout{15};
constexpr std::chrono::minutes kIdle{5};

class InProcessDialer final : public coordination::ControlDialer {
 public:
  explicit InProcessDialer(std::function<std::unique_ptr<Stream>()> coordinate) : m_coordinate(std::move(coordinate)) {}
  Task<Result<std::unique_ptr<Stream>>> dial(std::string) override {
    if (auto stream = m_coordinate()) co_return stream;
    co_return fail(ErrorCode::Unavailable, "the coordinator has stopped");
  }

 private:
  std::function<std::unique_ptr<Stream>()> m_coordinate;
};

CoordinatedNodeOptions nodeOptions(const http::Url& server) {
  const Uuid self = Uuid::random();
  CoordinatedNodeOptions options;
  options.nodeId = wire::nodeIdOf(self);
  options.server = server;
  options.node.addresses = {tailnetAddress(self)};
  options.node.isCalledByPeers = false;
  options.node.usesDirectPaths = false;  // the relay is in this process: no other way is shorter
  return options;
}

// The node with its part in the coordination.
struct Member : std::enable_shared_from_this<Member> {
  Member(const asio::any_io_executor& executor, const Clock& clock, Rng& rng, const ServerTunnelOptions& options)
      : control(options.coordinate),
        network(executor, clock, rng, nodeOptions(options.server),
                [this](const coordination::NodeInfo& self) { coordinator.updateSelf(self); }),
        coordinator(executor, control, network, clock),
        m_clock(clock) {}

  void start(const asio::any_io_executor& executor) {
    asio::co_spawn(
        executor,
        [](std::shared_ptr<Member> self) -> Task<void> { (void)co_await self->coordinator.run(); }(shared_from_this()),
        asio::detached);
  }

  Task<Result<void>> reach(AgentId agent) {
    if (m_agents.insert(agent).second) coordinator.addDestination(agent.value);
    const Ipv6 address = tailnetAddress(agent.value);
    const TimePoint deadline = m_clock.now() + kReachTimeout;
    while (!network.findPeer(address))
      if (const auto changed = co_await network.peersChanged.waitUntil(deadline); !changed)
        co_return fail(changed.error().code(), "the agent is not connected to the coordinator");
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - m_clock.now());
    CO_TRY(co_await network.node().tsmpPing(address, left));
    co_return Result<void>();
  }

  void stop() noexcept {
    coordinator.stop();
    network.node().stop();
  }

  InProcessDialer control;
  CoordinatedNode network;
  coordination::ClientSession coordinator;
  std::size_t uses = 0;  // dials and streams
  TimePoint lastUsedAt{};

 private:
  const Clock& m_clock;
  std::set<AgentId> m_agents;
};

// Holds the member while it lives.
class Use {
 public:
  Use(std::shared_ptr<Member> member, const Clock& clock) : m_member(std::move(member)), m_clock(clock) {
    ++m_member->uses;
  }
  ~Use() {
    --m_member->uses;
    m_member->lastUsedAt = m_clock.now();
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  Member& member() const noexcept { return *m_member; }

 private:
  std::shared_ptr<Member> m_member;
  const Clock& m_clock;
};

class UsingStream final : public Stream {
 public:
  UsingStream(std::unique_ptr<Stream> stream, std::unique_ptr<Use> use)
      : m_use(std::move(use)), m_stream(std::move(stream)) {}
  Task<Result<std::size_t>> readSome(ByteSpan buffer) override { return m_stream->readSome(buffer); }
  Task<Result<void>> write(ByteView data) override { return m_stream->write(data); }
  Task<Result<void>> closeWrite() override { return m_stream->closeWrite(); }
  void close() noexcept override { m_stream->close(); }
  asio::any_io_executor executor() override { return m_stream->executor(); }

 private:
  std::unique_ptr<Use> m_use;
  std::unique_ptr<Stream> m_stream;
};

}  // namespace

class ServerTunnel::Impl : public std::enable_shared_from_this<ServerTunnel::Impl> {
 public:
  Impl(asio::any_io_executor executor, const Clock& clock, Rng& rng, ServerTunnelOptions options)
      : m_executor(std::move(executor)),
        m_clock(clock),
        m_rng(rng),
        m_options(std::move(options)),
        m_idleTimer(m_executor) {}

  // Null once stopped.
  std::unique_ptr<Use> use() {
    if (m_isStopped) return nullptr;
    if (!m_member) {
      m_member = std::make_shared<Member>(m_executor, m_clock, m_rng, m_options);
      m_member->start(m_executor);
      endWhenIdle();
    }
    return std::make_unique<Use>(m_member, m_clock);
  }

  void stop() noexcept {
    m_isStopped = true;
    m_idleTimer.cancel();
    endMember();
  }

 private:
  void endMember() noexcept {
    if (m_member) std::exchange(m_member, nullptr)->stop();
  }

  void endWhenIdle() {
    m_idleTimer.expires_after(kIdle);
    m_idleTimer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (error || !self || !self->m_member) return;
      const bool isIdle = self->m_member->uses == 0 && self->m_clock.now() - self->m_member->lastUsedAt >= kIdle;
      if (isIdle)
        self->endMember();
      else
        self->endWhenIdle();
    });
  }

  asio::any_io_executor m_executor;
  const Clock& m_clock;
  Rng& m_rng;
  ServerTunnelOptions m_options;
  asio::steady_timer m_idleTimer;
  std::shared_ptr<Member> m_member;  // null while nobody needs it
  bool m_isStopped = false;
};

ServerTunnel::ServerTunnel(asio::any_io_executor executor, const Clock& clock, Rng& rng, ServerTunnelOptions options)
    : m_impl(std::make_shared<Impl>(std::move(executor), clock, rng, std::move(options))) {}

ServerTunnel::~ServerTunnel() { stop(); }
void ServerTunnel::stop() noexcept { m_impl->stop(); }

Task<Result<std::unique_ptr<Stream>>> ServerTunnel::dial(AgentId agent, std::uint16_t port) {
  auto use = m_impl->use();
  if (!use) co_return fail(ErrorCode::Unavailable, "the server is shutting down");
  Member& member = use->member();
  CO_TRY(co_await member.reach(agent));
  CO_TRY_ASSIGN(auto stream, co_await member.network.node().dial(tailnetAddress(agent.value), port));
  co_return std::make_unique<UsingStream>(std::move(stream), std::move(use));
}

}  // namespace berth::tunnel::dialer

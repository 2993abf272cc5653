// As much of a server as tunnels need: the real coordinator and relay behind real HTTP on loopback, which can be
// stopped and started again on its port; and agents whose tunnels are real and whose sessions with the coordinator are
// in memory.
#pragma once

#include <list>

#include "app/cli/Context.h"
#include "core/agent/Network.h"
#include "core/http/Server.h"
#include "core/rpc/DrpcServer.h"
#include "core/rpc/YamuxSession.h"
#include "core/server/Events.h"
#include "core/server/coordinator/Coordinator.h"
#include "tests/unit/core/store/Sample.h"
#include "tunnel/derp/Relay.h"

namespace berth::test {

// Echoes on port 1.
struct TestAgent {
  const AgentId id = AgentId::random();
  std::unique_ptr<agent::Network> network;
  std::unique_ptr<rpc::DrpcServer> service;  // the coordinator's, of the session
  std::shared_ptr<rpc::YamuxSession> serverEnd;
};

class SmallDeployment : public store::SampleTest {
 public:
  SmallDeployment();
  ~SmallDeployment() override;

  void start();
  Task<void> stop();

  // An agent that is connected whenever the server is.
  TestAgent& addAgent();

  void run(Task<void> task);
  // Yields until it is true; the test's time limit is the limit.
  Task<void> until(std::function<bool()> isTrue);

  std::shared_ptr<client::Session> session() { return context.sessionFor(url(), Secret("token")); }
  http::Url url() const { return *http::parseUrl("http://127.0.0.1:" + std::to_string(m_port)); }

  cli::Context context{"berth"};
  asio::io_context& io = context.io();
  SystemClock clock;
  SystemRng rng;
  int sharedSessions = 0;       // coordination of the user tailnet, now
  int sharedSessionsEver = 0;   // and altogether
  int privateSessionsEver = 0;  // with one agent
  int refusal = 0;              // the status that coordination is refused with

 private:
  Task<void> handle(http::Exchange& exchange);
  Task<void> coordinate(http::Exchange& exchange, std::optional<AgentId> agent);
  void connect(TestAgent& agent);

  std::uint16_t m_port = 0;
  server::Events m_events{io.get_executor()};
  std::unique_ptr<http::Server> m_server;
  std::unique_ptr<tunnel::derp::Relay> m_relay;
  std::unique_ptr<server::Coordinator> m_coordinator;
  std::list<TestAgent> m_agents;
};

}  // namespace berth::test

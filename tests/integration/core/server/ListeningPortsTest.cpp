// The listening ports of an agent, over a tunnel that the test stands in for.
#include "core/http/Server.h"
#include "core/store/Agents.h"
#include "tests/integration/core/server/ServerFixture.h"

namespace berth::server::testing {
namespace {

// An agent whose HTTP port answers everything with `answer`.
class FakeAgent final : public AgentDialer {
 public:
  explicit FakeAgent(asio::io_context& io) : m_io(io) {}

  Task<Result<std::unique_ptr<Stream>>> dial(AgentId agent, std::uint16_t port) override {
    dialled = {agent, port};
    if (isAway) co_return fail(ErrorCode::Timeout, "the agent does not answer");
    auto [near, far] = makeStreamPair(m_io.get_executor());
    http::Handler handler{[this](http::Exchange& exchange) -> Task<void> {
                            asked = exchange.request().target;
                            co_await exchange.respond(answer);
                          },
                          {}};
    asio::co_spawn(m_io, http::serveConnection(std::move(far), std::move(handler)), asio::detached);
    co_return std::move(near);
  }

  http::Response answer;
  bool isAway = false;
  std::pair<AgentId, std::uint16_t> dialled;
  std::string asked;

 private:
  asio::io_context& m_io;
};

class ListeningPorts : public ServerFixture {
 protected:
  ListeningPorts() {
    services->dialer = &agent;
    makeWorkspace();
  }
  void connectAgent() {
    inStore([id = agentId, now = clock.wallNow()](store::Transaction& tx) -> Result<bool> {
      TRY(store::setAgentConnection(tx, id, {.firstConnectedAt = now, .lastConnectedAt = now}, now));
      return true;
    });
  }
  Reply ask() { return get("/api/v2/workspaceagents/" + agentId.toString() + "/listening-ports"); }

  FakeAgent agent{io};
};

TEST_F(ListeningPorts, areAskedOfTheAgentAndFiltered) {
  connectAgent();
  agent.answer.body = R"({"ports":[{"process_name":"node","network":"tcp","port":3000},
                                   {"process_name":"sshd","network":"tcp","port":22}]})";
  const auto reply = ask();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, json::parse(R"({"ports":[{"process_name":"node","network":"tcp","port":3000}]})"));
  EXPECT_EQ(agent.dialled, std::pair(agentId, std::uint16_t{4}));
  EXPECT_EQ(agent.asked, "/api/v0/listening-ports");
}

TEST_F(ListeningPorts, ofAnAgentThatIsNotConnectedAreRefused) {
  const auto reply = ask();
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body.at("message"), "Agent state is \"connecting\", it must be in the \"connected\" state.");
}

TEST_F(ListeningPorts, sayWhyTheyCannotBeHad) {
  connectAgent();
  agent.isAway = true;
  EXPECT_EQ(ask().body.at("detail"), "the agent does not answer");
  agent.isAway = false;
  agent.answer = {.status = 404, .headers = {}, .body = "{}"};
  EXPECT_EQ(ask().body.at("detail"), "the agent answered 404");
  agent.answer = {.status = 200, .headers = {}, .body = "no json"};
  EXPECT_EQ(ask().status, 500);
}

TEST_F(ListeningPorts, areNotForStrangers) {
  const auto reply = get("/api/v2/workspaceagents/" + AgentId::random().toString() + "/listening-ports");
  EXPECT_EQ(reply.status, 404);
}

}  // namespace
}  // namespace berth::server::testing

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "Run.h"
#include "core/rpc/AgentClient.h"
#include "core/rpc/DrpcClient.h"
#include "core/rpc/DrpcServer.h"
#include "core/rpc/Proto.h"
#include "core/rpc/TailnetClient.h"

using namespace berth;
using namespace berth::rpc;
using namespace berth::rpc::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kEcho = "/test.v1.Test/Echo";
constexpr auto kFail = "/test.v1.Test/Fail";
constexpr auto kCount = "/test.v1.Test/Count";
constexpr auto kChat = "/test.v1.Test/Chat";
constexpr auto kNever = "/test.v1.Test/Never";

agentpb::ServiceBanner banner(std::string message) {
  agentpb::ServiceBanner out;
  out.set_message(std::move(message));
  return out;
}

// A client and a server with the handlers above, and how far the server's handlers got.
struct Peers {
  explicit Peers(asio::io_context& io) : pair(makeSessionPair(io)), client(pair.client) {
    server.addUnary<agentpb::ServiceBanner, agentpb::ServiceBanner>(
        kEcho, [](agentpb::ServiceBanner request) -> Task<Result<agentpb::ServiceBanner>> { co_return request; });
    server.addUnary<agentpb::ServiceBanner, agentpb::ServiceBanner>(
        kFail, [](agentpb::ServiceBanner request) -> Task<Result<agentpb::ServiceBanner>> {
          co_return fail(ErrorCode::InvalidInput, "refused: " + request.message());
        });
    server.addStream(kCount, [](DrpcCall& call) -> Task<Result<void>> {
      CO_TRY_ASSIGN(const auto request, co_await call.receive<agentpb::ServiceBanner>());
      for (const char c : request.message()) CO_TRY(co_await call.send(banner(std::string(1, c))));
      co_return co_await call.finish();
    });
    server.addStream(kChat, [this](DrpcCall& call) -> Task<Result<void>> {
      while (true) {
        const auto request = co_await call.receive<agentpb::ServiceBanner>();
        if (!request) {
          chatEnd = request.error().code();
          co_return co_await call.finish();
        }
        CO_TRY(co_await call.send(banner("re: " + request->message())));
      }
    });
    server.addStream(kNever, [this](DrpcCall& call) -> Task<Result<void>> {
      co_await call.ended();
      neverEnded = true;
      co_return Result<void>();
    });
    asio::co_spawn(
        io,
        [](Peers& self) -> Task<void> {
          co_await self.server.serve(*self.pair.server);
          self.isServed = true;
        }(*this),
        asio::detached);
  }

  SessionPair pair;
  DrpcClient client;
  DrpcServer server;
  std::optional<ErrorCode> chatEnd;
  bool neverEnded = false;
  bool isServed = false;
};

Task<void> waitUntil(asio::io_context& io, const bool& condition) {
  while (!condition) co_await asio::post(io, asio::use_awaitable);
}

}  // namespace

TEST(Drpc, callsAndAnswers) {
  asio::io_context io;
  Peers peers(io);
  run(io, [](Peers& p) -> Task<void> {
    const auto answer = co_await p.client.unary<agentpb::ServiceBanner>(kEcho, banner("hello"));
    EXPECT_TRUE(answer);
    EXPECT_EQ(answer->message(), "hello");
    const auto refused = co_await p.client.unary<agentpb::ServiceBanner>(kFail, banner("no"));
    EXPECT_EQ(refused.error().code(), ErrorCode::Unavailable);
    EXPECT_EQ(refused.error().message(), "refused: no");
  }(peers));
}

TEST(Drpc, answersAnUnknownNameWithUnimplemented) {
  asio::io_context io;
  Peers peers(io);
  run(io, [](Peers& p) -> Task<void> {
    const auto answer = co_await p.client.unary<agentpb::ServiceBanner>("/test.v1.Test/Nothing", banner(""));
    EXPECT_EQ(answer.error().code(), ErrorCode::Unsupported);
    EXPECT_EQ(answer.error().message(), "Unimplemented");
  }(peers));
}

TEST(Drpc, refusesTextThatIsNotUtf8) {
  asio::io_context io;
  Peers peers(io);
  run(io, [](Peers& p) -> Task<void> {
    const auto answer = co_await p.client.unary<agentpb::ServiceBanner>(kEcho, banner("\xff\xfe"));
    EXPECT_FALSE(answer);
    EXPECT_NE(answer.error().message().find("string field contains invalid UTF-8"), std::string::npos);
  }(peers));
}

TEST(Drpc, carriesFourMebibytesAndRefusesMore) {
  asio::io_context io;
  Peers peers(io);
  run(io, [](Peers& p) -> Task<void> {
    const std::string most(drpc::kMaxPacket - 5, 'x');  // tag and length take five
    const auto answer = co_await p.client.unary<agentpb::ServiceBanner>(kEcho, banner(most));
    EXPECT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->message().size(), most.size());
    const auto more = co_await p.client.unary<agentpb::ServiceBanner>(kEcho, banner(most + "x"));
    EXPECT_EQ(more.error().code(), ErrorCode::LimitExceeded);
  }(peers));
}

TEST(Drpc, streamsFromTheServer) {
  asio::io_context io;
  Peers peers(io);
  run(io, [](Peers& p) -> Task<void> {
    auto call = *co_await p.client.serverStream(kCount, banner("abc"));
    std::string all;
    auto next = co_await call->receive<agentpb::ServiceBanner>();
    for (; next; next = co_await call->receive<agentpb::ServiceBanner>()) all += next->message();
    EXPECT_EQ(all, "abc");
    EXPECT_EQ(next.error().code(), ErrorCode::EndOfStream);
  }(peers));
}

TEST(Drpc, talksBothWaysUntilOneSideCloses) {
  asio::io_context io;
  Peers peers(io);
  run(io, [](Peers& p) -> Task<void> {
    auto call = *co_await p.client.bidirectional(kChat);
    for (const char* text : {"one", "two"}) {
      EXPECT_TRUE(co_await call->send(banner(text)));
      const auto answer = co_await call->receive<agentpb::ServiceBanner>();
      EXPECT_TRUE(answer);
      EXPECT_EQ(answer->message(), std::string("re: ") + text);
    }
    EXPECT_TRUE(co_await call->closeSend());
    EXPECT_EQ((co_await call->receive<agentpb::ServiceBanner>()).error().code(), ErrorCode::EndOfStream);
    EXPECT_EQ(p.chatEnd, ErrorCode::EndOfStream);
  }(peers));
}

TEST(Drpc, theServerSeesAClientThatDropsItsStream) {
  asio::io_context io;
  Peers peers(io);
  run(io, [](asio::io_context& context, Peers& p) -> Task<void> {
    auto chat = *co_await p.client.bidirectional(kChat);
    EXPECT_TRUE(co_await chat->send(banner("x")));
    EXPECT_TRUE(co_await chat->receive<agentpb::ServiceBanner>());
    chat->close();
    auto never = *co_await p.client.serverStream(kNever, banner("x"));
    never->close();
    co_await waitUntil(context, p.neverEnded);
    EXPECT_EQ(p.chatEnd, ErrorCode::ConnectionLost);
  }(io, peers));
}

TEST(Drpc, aCallGivesUpWhenNoAnswerComes) {
  asio::io_context io;
  Peers peers(io);
  run(io, [](asio::io_context& context, Peers& p) -> Task<void> {
    const auto answer = co_await p.client.unary<agentpb::ServiceBanner>(kNever, banner("x"), 5ms);
    EXPECT_EQ(answer.error().code(), ErrorCode::Timeout);
    co_await waitUntil(context, p.neverEnded);
  }(io, peers));
}

TEST(Drpc, aCancelledCallLeavesTheSessionUsable) {
  asio::io_context io;
  Peers peers(io);
  run(io, [](asio::io_context& context, Peers& p) -> Task<void> {
    using asio::experimental::awaitable_operators::operator||;
    asio::steady_timer timer(context, 5ms);
    const auto request = banner("x");
    (void)co_await (p.client.unary<agentpb::ServiceBanner>(kNever, request) || timer.async_wait(asio::use_awaitable));
    co_await waitUntil(context, p.neverEnded);
    EXPECT_TRUE(co_await p.client.unary<agentpb::ServiceBanner>(kEcho, request));
  }(io, peers));
}

TEST(Drpc, servingEndsWithTheSession) {
  asio::io_context io;
  Peers peers(io);
  run(io, [](asio::io_context& context, Peers& p) -> Task<void> {
    auto chat = *co_await p.client.bidirectional(kChat);
    EXPECT_TRUE(co_await chat->send(banner("x")));
    EXPECT_TRUE(co_await chat->receive<agentpb::ServiceBanner>());
    p.pair.server->close();
    co_await waitUntil(context, p.isServed);
    EXPECT_EQ((co_await chat->receive<agentpb::ServiceBanner>()).error().code(), ErrorCode::ConnectionLost);
  }(io, peers));
}

TEST(Drpc, cancelledServingWaitsForTheLastCall) {
  asio::io_context io;
  SessionPair pair = makeSessionPair(io);
  DrpcServer server;
  bool mayEnd = false;
  bool isCalled = false;
  bool hasEnded = false;
  bool isServed = false;
  server.addStream(kNever, [&](DrpcCall&) -> Task<Result<void>> {
    isCalled = true;
    co_await waitUntil(io, mayEnd);  // does not care about the session
    hasEnded = true;
    co_return Result<void>();
  });
  asio::cancellation_signal cancel;
  asio::co_spawn(io, server.serve(*pair.server),
                 asio::bind_cancellation_slot(cancel.slot(), [&](const std::exception_ptr& failure) {
                   EXPECT_FALSE(failure);
                   EXPECT_TRUE(hasEnded) << "the call still used what the server was given";
                   isServed = true;
                 }));
  run(io, [&]() -> Task<void> {
    DrpcClient client(pair.client);
    const auto call = co_await client.bidirectional(kNever);
    EXPECT_TRUE(call && co_await (*call)->send(banner("x")));
    co_await waitUntil(io, isCalled);
    cancel.emit(asio::cancellation_type::terminal);
    for (int i = 0; i < 100; ++i) co_await asio::post(io, asio::use_awaitable);
    EXPECT_FALSE(isServed);
    mayEnd = true;
    co_await waitUntil(io, isServed);
  }());
}

// Coder's clients make one call on each stream; the format allows more.
TEST(Drpc, servesCallsOneAfterAnotherOnOneStream) {
  asio::io_context io;
  Peers peers(io);
  run(io, [](Peers& p) -> Task<void> {
    auto stream = *co_await p.pair.client->open();
    drpc::PacketReader reader;
    for (const std::uint64_t id : {1, 2}) {
      std::string request;
      drpc::appendPacket(request, id, 1, drpc::PacketKind::Invoke, kEcho);
      drpc::appendPacket(request, id, 2, drpc::PacketKind::Message, banner("n").SerializeAsString());
      drpc::appendPacket(request, id, 3, drpc::PacketKind::CloseSend, "");
      EXPECT_TRUE(co_await stream->write(asBytes(request)));
      std::vector<drpc::PacketKind> kinds;
      while (kinds.size() < 2) {
        auto packet = reader.next();
        EXPECT_TRUE(packet);
        if (*packet) {
          EXPECT_EQ((*packet)->streamId, id);
          kinds.push_back((*packet)->kind);
          continue;
        }
        std::array<std::byte, 100> buffer;
        const auto count = co_await stream->readSome(buffer);
        EXPECT_TRUE(count);
        reader.feed(ByteView(buffer).first(*count));
      }
      EXPECT_EQ(kinds, (std::vector{drpc::PacketKind::Message, drpc::PacketKind::CloseSend}));
    }
  }(peers));
}

TEST(Drpc, endsTheStreamOnAMalformedPacketAndServesOn) {
  asio::io_context io;
  Peers peers(io);
  run(io, [](Peers& p) -> Task<void> {
    auto stream = *co_await p.pair.client->open();
    EXPECT_TRUE(co_await stream->write(asBytes(std::string("\x05\x00\x01\x00", 4))));
    EXPECT_EQ(co_await readAll(*stream), "");
    EXPECT_TRUE(co_await p.client.unary<agentpb::ServiceBanner>(kEcho, banner("still here")));
  }(peers));
}

TEST(AgentClient, fillsInTheMessagesThatStockServersNeed) {
  asio::io_context io;
  auto pair = makeSessionPair(io);
  DrpcServer server;
  bool hasResult = false;
  server.addUnary<agentpb::BatchUpdateMetadataRequest, agentpb::BatchUpdateMetadataResponse>(
      "/coder.agent.v2.Agent/BatchUpdateMetadata",
      [&hasResult](agentpb::BatchUpdateMetadataRequest request) -> Task<Result<agentpb::BatchUpdateMetadataResponse>> {
        hasResult = request.metadata_size() == 1 && request.metadata(0).has_result();
        co_return agentpb::BatchUpdateMetadataResponse();
      });
  co_spawn(io, server.serve(*pair.server), asio::detached);
  run(io, [](std::shared_ptr<YamuxSession> session) -> Task<void> {
    AgentClient agent(session);
    agentpb::BatchUpdateMetadataRequest request;
    request.add_metadata()->set_key("cpu");
    EXPECT_TRUE(co_await agent.batchUpdateMetadata(request));
    EXPECT_EQ((co_await agent.getManifest()).error().code(), ErrorCode::Unsupported);
    session->close();
  }(pair.client));
  EXPECT_TRUE(hasResult);
  io.run_for(kPatience);
}

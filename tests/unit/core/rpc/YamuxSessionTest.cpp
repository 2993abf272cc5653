#include "core/rpc/YamuxSession.h"

#include "Run.h"
#include "tests/support/Vectors.h"

using namespace berth;
using namespace berth::rpc;
using namespace berth::rpc::test;
using namespace std::chrono_literals;
using berth::test::hex;

namespace {

// A session whose peer is the test, which speaks frames itself.
struct RawPeer {
  explicit RawPeer(asio::io_context& io, YamuxSession::Role role = YamuxSession::Role::Server,
                   YamuxOptions options = {}, std::size_t capacity = 1 << 20) {
    auto transport = makeStreamPair(io.get_executor(), capacity);
    raw = std::move(transport.first);
    session = std::make_shared<YamuxSession>(std::move(transport.second), role, options);
  }
  Task<void> send(std::string_view frames) { EXPECT_TRUE(co_await raw->write(hex(frames))); }
  Task<std::string> receive(std::size_t bytes) { co_return toHex(asBytes(co_await readText(*raw, bytes))); }

  std::unique_ptr<Stream> raw;
  std::shared_ptr<YamuxSession> session;
};

Task<void> expectEndsWith(YamuxSession& session, ErrorCode code) { EXPECT_EQ((co_await session.ended()).code(), code); }

std::string dataHeader(std::uint32_t stream, std::uint32_t length, std::uint16_t flags = 0) {
  return toHex(yamux::encode({.flags = flags, .streamId = stream, .length = length}));
}

Task<void> echo(std::shared_ptr<YamuxSession> session) {
  while (auto stream = co_await session->accept())
    asio::co_spawn(
        session->executor(),
        [](std::unique_ptr<Stream> accepted) -> Task<void> {
          const auto text = co_await readAll(*accepted);
          EXPECT_TRUE(co_await accepted->write(asBytes(text)));
          EXPECT_TRUE(co_await accepted->closeWrite());
        }(*std::move(stream)),
        asio::detached);
}

}  // namespace

TEST(YamuxSession, carriesMoreThanAWindowBothWays) {
  asio::io_context io;
  auto pair = makeSessionPair(io, {}, 1000);
  co_spawn(io, echo(pair.server), asio::detached);
  run(io, [](YamuxSession& client) -> Task<void> {
    auto stream = *co_await client.open();
    std::string text(3 * yamux::kInitialWindow + 17, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7 >> 3);
    EXPECT_TRUE(co_await stream->write(asBytes(text)));
    EXPECT_TRUE(co_await stream->closeWrite());
    EXPECT_EQ(co_await readAll(*stream), text);
    EXPECT_EQ(client.streamCount(), 0U);
  }(*pair.client));
}

TEST(YamuxSession, carriesAThousandStreamsAtOnce) {
  asio::io_context io;
  auto pair = makeSessionPair(io);
  co_spawn(io, echo(pair.server), asio::detached);
  int answered = 0;
  for (int i = 0; i < 1000; ++i)
    asio::co_spawn(
        io,
        [](std::shared_ptr<YamuxSession> client, int number, int& count) -> Task<void> {
          auto stream = co_await client->open();
          EXPECT_TRUE(stream);
          const auto text = std::format("stream number {}", number);
          EXPECT_TRUE(co_await (*stream)->write(asBytes(text)));
          EXPECT_TRUE(co_await (*stream)->closeWrite());
          if (co_await readAll(**stream) == text) ++count;
        }(pair.client, i, answered),
        asio::detached);
  while (answered < 1000 && io.run_one_for(kPatience) > 0) {
  }
  EXPECT_EQ(answered, 1000);
  EXPECT_EQ(pair.client->streamCount(), 0U);
}

// What the two sides of a unary call put on the wire, as in the recorded conversation.
TEST(YamuxSession, writesTheFramesOfTheRecordedConversation) {
  asio::io_context io;
  RawPeer peer(io, YamuxSession::Role::Client);
  run(io, [](RawPeer& p) -> Task<void> {
    const auto& conversation = berth::test::vectors().at("yamux_conversation").as_object();
    std::string expected;
    for (const auto& message : conversation.at("client").as_array()) expected += berth::test::text(message);
    auto stream = *co_await p.session->open();
    EXPECT_TRUE(co_await stream->write(hex(conversation.at("client").as_array()[2])));
    EXPECT_EQ(co_await p.receive(expected.size() / 2), expected);
    for (const auto& message : conversation.at("server").as_array()) co_await p.send(berth::test::text(message));
    EXPECT_EQ(toHex(asBytes(co_await readText(*stream, 8))), "050101000d010200");
    EXPECT_TRUE(co_await stream->write(hex("0b010400")));
    EXPECT_TRUE(co_await stream->closeWrite());
    EXPECT_EQ(co_await p.receive(28), "0000000000000001000000040b010400000100040000000100000000");
    co_await p.send("000100040000000100000000");
    EXPECT_EQ(co_await readAll(*stream), "");
    EXPECT_EQ(p.session->streamCount(), 0U);
  }(peer));
}

TEST(YamuxSession, acceptsDataThatArrivesWithTheSynAndWithTheFin) {
  asio::io_context io;
  RawPeer peer(io);
  run(io, [](RawPeer& p) -> Task<void> {
    co_await p.send("00000001000000030000000568656c6c6f");
    co_await p.send("000000040000000300000003626f62");
    auto stream = *co_await p.session->accept();
    EXPECT_EQ(co_await p.receive(12), "000100020000000300000000");
    EXPECT_EQ(co_await readAll(*stream), "hellobob");
    EXPECT_TRUE(co_await stream->write(asBytes("still open on this side")));
  }(peer));
}

TEST(YamuxSession, deliversDataThatArrivesAfterAFin) {
  asio::io_context io;
  RawPeer peer(io);
  run(io, [](RawPeer& p) -> Task<void> {
    co_await p.send("000100050000000100000000" + dataHeader(1, 2) + "6869");
    auto stream = *co_await p.session->accept();
    while (p.session->streamCount() == 0) co_await asio::post(asio::use_awaitable);
    EXPECT_EQ(co_await readText(*stream, 2), "hi");
    EXPECT_EQ(co_await readAll(*stream), "");
  }(peer));
}

TEST(YamuxSession, givesTheWindowBackWhenHalfOfItWasRead) {
  asio::io_context io;
  RawPeer peer(io);
  run(io, [](RawPeer& p) -> Task<void> {
    constexpr std::uint32_t kHalf = yamux::kInitialWindow / 2;
    co_await p.send("000100010000000100000000" + dataHeader(1, kHalf));
    EXPECT_TRUE(co_await p.raw->write(asBytes(std::string(kHalf, 'x'))));
    auto stream = *co_await p.session->accept();
    EXPECT_EQ(co_await p.receive(12), "000100020000000100000000");
    (void)co_await readText(*stream, kHalf - 1);
    // Not yet: a ping's answer comes first.
    co_await p.send("000200010000000000000001");
    EXPECT_EQ(co_await p.receive(12), "000200020000000000000001");
    (void)co_await readText(*stream, 1);
    EXPECT_EQ(co_await p.receive(12), "000100000000000100020000");
  }(peer));
}

TEST(YamuxSession, waitsForTheWindowAndWritesOnWhenItComes) {
  asio::io_context io;
  RawPeer peer(io, YamuxSession::Role::Client);
  run(io, [](asio::io_context& context, RawPeer& p) -> Task<void> {
    auto stream = *co_await p.session->open();
    bool isWritten = false;
    const std::string text(yamux::kInitialWindow + 5, 'y');
    asio::co_spawn(
        context,
        [](Stream& s, const std::string& all, bool& done) -> Task<void> {
          EXPECT_TRUE(co_await s.write(asBytes(all)));
          done = true;
        }(*stream, text, isWritten),
        asio::detached);
    // SYN, then four frames of 64 KiB: the window, and not a byte more.
    (void)co_await p.receive(12 + 4 * (12 + 65536));
    co_await p.send("000200010000000000000009");
    EXPECT_EQ(co_await p.receive(12), "000200020000000000000009");
    EXPECT_FALSE(isWritten);
    co_await p.send("000100000000000100000005");
    EXPECT_EQ(co_await p.receive(12), dataHeader(1, 5));
    EXPECT_EQ(co_await p.receive(5), "7979797979");
    co_await p.send("000200010000000000000009");
    (void)co_await p.receive(12);
    EXPECT_TRUE(isWritten);
  }(io, peer));
}

TEST(YamuxSession, endsOnWhatTheProtocolForbids) {
  const std::string open = "000100010000000100000000";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"data beyond the window", open + dataHeader(1, yamux::kInitialWindow + 1)},
      {"SYN for a stream that exists", open + open},
      {"version 1", "010100010000000100000000"},
      {"type 4", "000400010000000100000000"},
      {"second FIN", open + "000100040000000100000000" + "000100040000000100000000"},
      {"SYN for stream 0", "000100010000000000000000"},
      {"go away with an error", "000300000000000000000001"},
  };
  for (const auto& [name, frames] : cases) {
    asio::io_context io;
    RawPeer peer(io);
    SCOPED_TRACE(name);
    run(io, [](RawPeer& p, const std::string& text) -> Task<void> {
      co_await p.send(text);
      co_await expectEndsWith(*p.session, ErrorCode::ProtocolViolation);
    }(peer, frames));
  }
}

TEST(YamuxSession, ignoresFramesOfStreamsItDoesNotKnow) {
  asio::io_context io;
  RawPeer peer(io);
  run(io, [](RawPeer& p) -> Task<void> {
    co_await p.send(dataHeader(77, 3) + "616263" + "000100040000004d00000000" + "000100080000004d00000000");
    co_await p.send("000200010000000000000002");
    EXPECT_EQ(co_await p.receive(12), "000200020000000000000002");
    EXPECT_FALSE(p.session->isEnded());
  }(peer));
}

TEST(YamuxSession, resetsStreamsBeyondTheBacklog) {
  asio::io_context io;
  RawPeer peer(io, YamuxSession::Role::Server, {.backlog = 2});
  run(io, [](RawPeer& p) -> Task<void> {
    co_await p.send(
        "000100010000000100000000"
        "000100010000000300000000"
        "000100010000000500000000");
    EXPECT_EQ(co_await p.receive(12), "000100080000000500000000");
    EXPECT_TRUE(co_await p.session->accept());
    EXPECT_EQ(co_await p.receive(12), "000100020000000100000000");
  }(peer));
}

TEST(YamuxSession, openWaitsWhileTooManyAreNotAcknowledged) {
  asio::io_context io;
  RawPeer peer(io, YamuxSession::Role::Client, {.backlog = 1});
  run(io, [](asio::io_context& context, RawPeer& p) -> Task<void> {
    auto first = *co_await p.session->open();
    bool isOpen = false;
    asio::co_spawn(
        context,
        [](RawPeer& q, bool& opened) -> Task<void> {
          auto second = co_await q.session->open();
          opened = second.has_value();
          (void)co_await q.session->ended();
        }(p, isOpen),
        asio::detached);
    EXPECT_EQ(co_await p.receive(12), "000100010000000100000000");
    EXPECT_FALSE(isOpen);
    co_await p.send("000100020000000100000000");
    EXPECT_EQ(co_await p.receive(12), "000100010000000300000000");
    EXPECT_TRUE(isOpen);
  }(io, peer));
}

TEST(YamuxSession, peersResetFailsReaderAndWriter) {
  asio::io_context io;
  RawPeer peer(io);
  run(io, [](RawPeer& p) -> Task<void> {
    co_await p.send("000100010000000100000000");
    auto stream = *co_await p.session->accept();
    co_await p.send("000100080000000100000000");
    std::array<std::byte, 4> buffer;
    EXPECT_EQ((co_await stream->readSome(buffer)).error().code(), ErrorCode::ConnectionLost);
    EXPECT_EQ((co_await stream->write(asBytes("x"))).error().code(), ErrorCode::ConnectionLost);
    EXPECT_EQ(p.session->streamCount(), 0U);
  }(peer));
}

TEST(YamuxSession, noMoreStreamsAfterGoAwayButOpenOnesGoOn) {
  asio::io_context io;
  RawPeer peer(io, YamuxSession::Role::Client);
  run(io, [](RawPeer& p) -> Task<void> {
    auto stream = *co_await p.session->open();
    co_await p.send("000300000000000000000000" + dataHeader(1, 2) + "6f6b");
    EXPECT_EQ(co_await readText(*stream, 2), "ok");
    EXPECT_EQ((co_await p.session->open()).error().code(), ErrorCode::Unavailable);
  }(peer));
}

TEST(YamuxSession, pingsAndFailsWhenThePeerIsSilent) {
  asio::io_context io;
  RawPeer peer(io, YamuxSession::Role::Server, {.keepAliveInterval = 5ms, .pingTimeout = 5ms});
  run(io, [](RawPeer& p) -> Task<void> {
    EXPECT_EQ(co_await p.receive(12), "000200010000000000000000");
    co_await p.send("000200020000000000000000");
    EXPECT_EQ(co_await p.receive(12), "000200010000000000000001");
    co_await expectEndsWith(*p.session, ErrorCode::Timeout);
  }(peer));
}

TEST(YamuxSession, measuresARoundTrip) {
  asio::io_context io;
  auto pair = makeSessionPair(io);
  run(io, [](YamuxSession& client) -> Task<void> {
    const auto rtt = co_await client.ping();
    EXPECT_TRUE(rtt);
  }(*pair.client));
}

TEST(YamuxSession, writeFailsWhenTheTransportTakesNothing) {
  asio::io_context io;
  RawPeer peer(io, YamuxSession::Role::Client, {.writeTimeout = 5ms}, 20);
  run(io, [](RawPeer& p) -> Task<void> {
    auto stream = *co_await p.session->open();
    EXPECT_EQ((co_await stream->write(asBytes("more than fits into the transport"))).error().code(),
              ErrorCode::Timeout);
  }(peer));
}

TEST(YamuxSession, endsWhenNewStreamsAreNeverAcknowledged) {
  asio::io_context io;
  RawPeer peer(io, YamuxSession::Role::Client, {.keepAliveInterval = 2ms, .pingTimeout = 10s, .openTimeout = 1ms});
  run(io, [](RawPeer& p) -> Task<void> {
    auto stream = *co_await p.session->open();
    co_await expectEndsWith(*p.session, ErrorCode::Timeout);
  }(peer));
}

TEST(YamuxSession, resetsAClosedStreamWhosePeerNeverCloses) {
  asio::io_context io;
  RawPeer peer(io, YamuxSession::Role::Server, {.keepAliveInterval = 2ms, .pingTimeout = 10s, .closeTimeout = 1ms});
  run(io, [](RawPeer& p) -> Task<void> {
    co_await p.send("000100010000000100000000");
    (*co_await p.session->accept())->close();
    EXPECT_EQ(co_await p.receive(12), "000100020000000100000000");
    EXPECT_EQ(co_await p.receive(12), "000100040000000100000000");
    std::string next = co_await p.receive(12);
    if (next.starts_with("0002")) next = co_await p.receive(12);  // the keepalive's ping
    EXPECT_EQ(next, "000100080000000100000000");
    EXPECT_EQ(p.session->streamCount(), 0U);
  }(peer));
}

TEST(YamuxSession, streamsFailWhenTheSessionEndsButKeepWhatArrived) {
  asio::io_context io;
  RawPeer peer(io);
  run(io, [](RawPeer& p) -> Task<void> {
    co_await p.send("000100010000000100000000" + dataHeader(1, 2) + "6869");
    auto stream = *co_await p.session->accept();
    (void)co_await p.receive(12);
    EXPECT_TRUE(co_await p.raw->closeWrite());
    co_await expectEndsWith(*p.session, ErrorCode::EndOfStream);
    EXPECT_EQ(co_await readText(*stream, 2), "hi");
    std::array<std::byte, 4> buffer;
    EXPECT_EQ((co_await stream->readSome(buffer)).error().code(), ErrorCode::ConnectionLost);
    EXPECT_EQ((co_await p.session->accept()).error().code(), ErrorCode::ConnectionLost);
    EXPECT_EQ((co_await p.session->open()).error().code(), ErrorCode::ConnectionLost);
  }(peer));
}

TEST(YamuxSession, closeEndsPendingCalls) {
  asio::io_context io;
  auto pair = makeSessionPair(io);
  int ended = 0;
  co_spawn(
      io,
      [](std::shared_ptr<YamuxSession> server, int& count) -> Task<void> {
        auto accepted = co_await server->accept();
        EXPECT_TRUE(accepted);
        EXPECT_FALSE(co_await server->accept());
        ++count;
      }(pair.server, ended),
      asio::detached);
  co_spawn(
      io,
      [](std::shared_ptr<YamuxSession> client, int& count) -> Task<void> {
        auto stream = *co_await client->open();
        EXPECT_EQ(co_await readAll(*stream), "");
        ++count;
      }(pair.client, ended),
      asio::detached);
  io.poll();
  pair.client->close();
  pair.server->close();
  io.run_for(kPatience);
  EXPECT_EQ(ended, 2);
}

// A relay that knows the protocol and keeps to it only as far as its test wishes: behind a real HTTP server, on
// loopback.
#pragma once

#include <boost/asio/redirect_error.hpp>
#include <deque>
#include <map>

#include "core/base/Notifier.h"
#include "tests/integration/tunnel/RelayServer.h"
#include "tunnel/derp/FrameQueue.h"
#include "tunnel/derp/Login.h"
#include "tunnel/wire/Reader.h"

namespace berth::tunnel {

class HostileRelay {
 public:
  enum class Greeting {
    Honest,
    NoAnswer,  // takes the connection and the request, and says nothing
    NoKey,     // answers the upgrade, and says nothing more
    Nonsense,  // answers the upgrade, then bytes that are no frame
  };

  HostileRelay(asio::io_context& io, Rng& rng) : m_io(io), m_rng(rng), m_key(wire::RelayPrivate::generate(rng)) {}

  void start() {
    m_server = http::makeServer(m_io.get_executor());
    const auto port = m_server->listen("127.0.0.1:0");
    ASSERT_TRUE(port) << port.error().message();
    m_port = *port;
    m_server->serve({[this](http::Exchange& exchange) { return handle(exchange); }, {}});
  }
  Task<void> stop() {
    m_isStopped = true;
    for (const auto& [key, member] : m_members) member->close();
    co_await m_server->stop(std::chrono::seconds(1));
  }
  wire::DerpMap map(int region = kRegion) const { return relayMap("127.0.0.1", m_port, region); }

  // For the next connections, one each; honest after these.
  std::deque<Greeting> greetings;
  int connections = 0;
  // What becomes of a packet; delivered when there is none.
  std::function<void(const wire::NodePublic& from, const wire::NodePublic& to, ByteView packet)> onPacket;
  bool readsNothing = false;  // of what members send, until set back

  bool has(const wire::NodePublic& member) const { return m_members.contains(member); }
  void deliver(const wire::NodePublic& to, const wire::NodePublic& from, ByteView packet) {
    tell(to, derp::FrameType::RecvPacket, from.bytes(), packet);
  }
  void tell(const wire::NodePublic& to, derp::FrameType type, ByteView head, ByteView body = {}) {
    const auto found = m_members.find(to);
    if (found == m_members.end()) return;
    found->second->queue.push(type, head, body);
    found->second->queued.notify();
  }
  // How many bytes wait to be taken by this member.
  std::size_t queuedFor(const wire::NodePublic& member) const {
    const auto found = m_members.find(member);
    return found == m_members.end() ? 0 : found->second->queue.byteCount();
  }

 private:
  struct Member {
    explicit Member(std::unique_ptr<Stream> connection) : stream(std::move(connection)), queued(stream->executor()) {}
    void close() {
      isClosed = true;
      stream->close();
      queued.notify();
    }
    std::unique_ptr<Stream> stream;
    derp::FrameQueue queue{8192, 8U << 20};
    Notifier queued;
    bool isClosed = false;
  };

  Task<void> handle(http::Exchange& exchange) {
    if (exchange.request().path() == "/derp/latency-check") {
      (void)co_await exchange.respond({});
      co_return;
    }
    ++connections;
    Greeting greeting = Greeting::Honest;
    if (!greetings.empty()) {
      greeting = greetings.front();
      greetings.pop_front();
    }
    if (greeting == Greeting::NoAnswer) co_return co_await untilStopped();
    auto stream = co_await exchange.upgrade({101, {{"Upgrade", "DERP"}, {"Connection", "Upgrade"}}, {}});
    if (!stream) co_return;
    if (greeting == Greeting::NoKey) co_return co_await untilStopped();
    if (greeting == Greeting::Nonsense) {
      (void)co_await (*stream)->write(asBytes("Thank you for calling. Your call is important to us."));
      co_return;
    }
    const auto member = std::make_shared<Member>(*std::move(stream));
    (void)co_await serve(member);
    member->close();
    std::erase_if(m_members, [&member](const auto& entry) { return entry.second == member; });
  }

  Task<Result<void>> serve(std::shared_ptr<Member> member) {
    Stream& stream = *member->stream;
    derp::FrameDecoder decoder(derp::kMaxFrameAtClient);
    CO_TRY(co_await stream.write(derp::makeServerKey(m_key.publicKey())));
    CO_TRY_ASSIGN(const derp::Frame hello, co_await readFrame(stream, decoder));
    CO_TRY_ASSIGN(const derp::OpenedClientInfo opened, derp::openClientInfo(hello.payload, m_key));
    CO_TRY(co_await stream.write(derp::makeServerInfo({}, opened.box, m_rng)));
    m_members[opened.client] = member;
    asio::co_spawn(m_io, writeQueued(member), asio::detached);
    while (!member->isClosed) {
      while (readsNothing && !m_isStopped) co_await pause();
      CO_TRY_ASSIGN(const derp::Frame frame, co_await readFrame(stream, decoder));
      if (frame.type == derp::FrameType::Ping) tell(opened.client, derp::FrameType::Pong, frame.payload);
      if (frame.type != derp::FrameType::SendPacket) continue;
      wire::Reader in(frame.payload);
      const wire::NodePublic to(in.array<wire::kKeySize>());
      if (onPacket)
        onPacket(opened.client, to, in.rest());
      else
        deliver(to, opened.client, in.rest());
    }
    co_return Result<void>();
  }

  static Task<Result<derp::Frame>> readFrame(Stream& stream, derp::FrameDecoder& decoder) {
    while (true) {
      CO_TRY_ASSIGN(const auto frame, decoder.next());
      if (frame) co_return *frame;
      CO_TRY_ASSIGN(const std::size_t count, co_await stream.readSome(decoder.room()));
      decoder.filled(count);
    }
  }

  static Task<void> writeQueued(std::shared_ptr<Member> member) {
    Bytes chunk;
    while (!member->isClosed) {
      chunk.clear();
      member->queue.takeInto(chunk, 128U << 10);
      const bool isEmpty = chunk.empty();
      if (isEmpty) {
        if (!co_await member->queued.wait()) break;
      } else if (!co_await member->stream->write(chunk)) {
        break;
      }
    }
  }

  Task<void> untilStopped() {
    while (!m_isStopped) co_await pause();
  }
  Task<void> pause() {
    asio::steady_timer timer(m_io, std::chrono::milliseconds(2));
    boost::system::error_code ignored;  // the server cancels its handlers when it stops
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  asio::io_context& m_io;
  Rng& m_rng;
  wire::RelayPrivate m_key;
  std::uint16_t m_port = 0;
  std::unique_ptr<http::Server> m_server;
  std::map<wire::NodePublic, std::shared_ptr<Member>> m_members;
  bool m_isStopped = false;
};

}  // namespace berth::tunnel

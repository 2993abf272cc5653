#include "tunnel/derp/Client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "core/base/Notifier.h"
#include "core/base/StreamDeadline.h"
#include "tunnel/derp/FrameQueue.h"
#include "tunnel/derp/Login.h"
#include "tunnel/wire/Reader.h"

namespace berth::tunnel::derp {

namespace {

constexpr std::size_t kWriteSize = 128U << 10;

// The next frame of the login; frames of other types are skipped.
Task<Result<Frame>> readFrame(Stream& stream, FrameDecoder& decoder, FrameType wanted) {
  while (true) {
    CO_TRY_ASSIGN(const auto frame, decoder.next());
    if (frame && frame->type == wanted) co_return *frame;
    if (frame) continue;
    CO_TRY_ASSIGN(const std::size_t count, co_await stream.readSome(decoder.room()));
    decoder.filled(count);
  }
}

struct LoggedIn {
  wire::RelayPublic relay;
  ServerInfo info;
};

Task<Result<LoggedIn>> exchangeLogin(Stream& stream, FrameDecoder& decoder, const wire::NodePrivate& key, Rng& rng) {
  LoggedIn result;
  CO_TRY_ASSIGN(const Frame serverKey, co_await readFrame(stream, decoder, FrameType::ServerKey));
  CO_TRY_ASSIGN(result.relay, parseServerKey(serverKey.payload));
  const auto box = wire::Box::make(key, result.relay);
  if (!box) co_return fail(ErrorCode::ProtocolViolation, "the relay's key is impossible");
  const Bytes clientInfo = makeClientInfo({}, key.publicKey(), *box, rng);
  CO_TRY(co_await stream.write(clientInfo));
  CO_TRY_ASSIGN(const Frame serverInfo, co_await readFrame(stream, decoder, FrameType::ServerInfo));
  CO_TRY_ASSIGN(result.info, openServerInfo(serverInfo.payload, *box));
  co_return result;
}

}  // namespace

struct Client::State {
  State(std::unique_ptr<Stream> connection, const Clock& time, const ClientLimits& itsLimits)
      : stream(std::move(connection)),
        clock(time),
        limits(itsLimits),
        queued(stream->executor()),
        closed(stream->executor()),
        decoder(kMaxFrameAtClient),
        outgoing(itsLimits.maxQueuedFrames, itsLimits.maxQueuedBytes) {}

  void close() noexcept {
    isClosed = true;
    onRoom = nullptr;
    stream->close();
    queued.notify();
    closed.notify();
  }

  std::unique_ptr<Stream> stream;
  const Clock& clock;
  const ClientLimits limits;
  Notifier queued;  // something to write, or closed
  Notifier closed;
  FrameDecoder decoder;
  FrameQueue outgoing;
  std::size_t roomAt = 0;
  std::function<void()> onRoom;
  TokenBucket allowance;
  wire::RelayPublic relay;
  std::optional<Frame> pending;  // the one that wait() saw
  std::optional<Error> failure;
  std::uint64_t readCount = 0;
  bool isClosed = false;
  bool isSilent = false;
};

Task<Result<std::unique_ptr<Client>>> Client::login(std::unique_ptr<Stream> stream, const wire::NodePrivate& key,
                                                    Rng& rng, const Clock& clock, ClientLimits limits) {
  auto state = std::make_shared<State>(std::move(stream), clock, limits);
  const StreamDeadline deadline(*state->stream, limits.loginTimeout);
  auto loggedIn = co_await exchangeLogin(*state->stream, state->decoder, key, rng);
  if (deadline.hasPassed()) co_return fail(ErrorCode::Timeout, "the relay did not finish the login in time");
  if (!loggedIn) co_return fail(loggedIn.error().in("log in at relay"));
  state->relay = loggedIn->relay;
  state->allowance = TokenBucket(loggedIn->info.rate);
  asio::co_spawn(state->stream->executor(), writeQueued(state), asio::detached);
  asio::co_spawn(state->stream->executor(), watchSilence(state), asio::detached);
  co_return std::unique_ptr<Client>(new Client(std::move(state)));
}

Client::~Client() { close(); }

void Client::close() noexcept { m_state->close(); }

const wire::RelayPublic& Client::relayKey() const noexcept { return m_state->relay; }

void Client::setOnRoom(std::size_t bytes, std::function<void()> handler) {
  m_state->roomAt = bytes;
  m_state->onRoom = std::move(handler);
}

std::size_t Client::queuedBytes() const noexcept { return m_state->outgoing.byteCount(); }

Task<void> Client::writeQueued(std::shared_ptr<State> state) {
  Bytes chunk;
  while (!state->isClosed) {
    if (state->outgoing.isEmpty()) {
      if (!co_await state->queued.wait()) break;
      continue;
    }
    chunk.clear();
    state->outgoing.takeInto(chunk, kWriteSize);
    // A copy, since the handler may close the client.
    if (state->outgoing.byteCount() <= state->roomAt)
      if (const auto onRoom = state->onRoom) onRoom();
    const StreamDeadline deadline(*state->stream, state->limits.writeTimeout);
    if (auto written = co_await state->stream->write(chunk); !written) {
      if (deadline.hasPassed())
        state->failure = Error(ErrorCode::Timeout, "it has stopped reading");
      else if (!state->failure)
        state->failure = written.error();
      break;
    }
  }
  state->close();
}

// Two rounds of half the limit, so that no clock is asked for each frame.
Task<void> Client::watchSilence(std::shared_ptr<State> state) {
  int silentRounds = 0;
  std::uint64_t seen = state->readCount;
  while (!state->isClosed) {
    const TimePoint roundEnd = state->clock.now() + state->limits.readTimeout / 2;
    while (!state->isClosed) {
      const auto waited = co_await state->closed.waitUntil(roundEnd);
      if (!waited && waited.error().code() == ErrorCode::Timeout) break;
      if (!waited) co_return;
    }
    silentRounds = state->readCount == seen ? silentRounds + 1 : 0;
    seen = state->readCount;
    if (silentRounds < 2) continue;
    state->isSilent = true;
    state->close();
  }
}

void Client::queue(FrameType type, ByteView head, ByteView body) {
  if (m_state->isClosed) return;
  const bool wasEmpty = m_state->outgoing.isEmpty();
  m_state->outgoing.push(type, head, body);
  if (wasEmpty) m_state->queued.notify();
}

Result<void> Client::send(const wire::NodePublic& to, ByteView packet) {
  if (packet.size() > kMaxPacket)
    return fail(ErrorCode::LimitExceeded, std::format("packet of {} bytes for a relay", packet.size()));
  const auto size = static_cast<double>(kPacketHeaderSize + packet.size());
  if (m_state->allowance.take(size, m_state->clock.now())) queue(FrameType::SendPacket, to.bytes(), packet);
  return {};
}

void Client::notePreferred(bool isHome) {
  const std::array<std::byte, 1> flag{isHome ? std::byte{1} : std::byte{0}};
  queue(FrameType::NotePreferred, flag);
}

void Client::ping(const PingData& data) { queue(FrameType::Ping, data); }

Task<Result<void>> Client::wait() {
  const auto state = m_state;  // the client may go while we wait
  while (!state->pending) {
    auto frame = state->decoder.next();
    if (!frame) {
      state->close();
      co_return fail(frame.error().in("relay"));
    }
    state->pending = *frame;
    if (state->pending) break;
    const auto count = co_await state->stream->readSome(state->decoder.room());
    if (!count) {
      state->close();
      if (state->isSilent) co_return fail(ErrorCode::Timeout, "the relay has been silent for too long");
      co_return fail((state->failure ? *state->failure : count.error()).in("relay"));
    }
    state->decoder.filled(*count);
    ++state->readCount;
  }
  co_return Result<void>();
}

std::optional<Event> Client::next() {
  while (true) {
    if (!m_state->pending) {
      const auto frame = m_state->decoder.next();
      if (!frame || !*frame) return std::nullopt;  // a failure comes out of wait()
      m_state->pending = *frame;
    }
    const Frame frame = *std::exchange(m_state->pending, std::nullopt);
    if (auto event = eventOf(frame)) return event;
  }
}

// Nothing for what is swallowed or not understood (reference/tailnet.md 5.2: unknown types are skipped).
std::optional<Event> Client::eventOf(const Frame& frame) {
  wire::Reader in(frame.payload);
  switch (frame.type) {
    case FrameType::RecvPacket: {
      const wire::NodePublic source(in.array<wire::kKeySize>());
      if (!in.isOk()) return std::nullopt;
      return ReceivedPacket{source, frame.payload.subspan(wire::kKeySize)};
    }
    case FrameType::PeerGone: {
      const wire::NodePublic peer(in.array<wire::kKeySize>());
      if (!in.isOk()) return std::nullopt;
      return PeerGone{peer, in.isAtEnd() ? GoneReason::Disconnected : static_cast<GoneReason>(in.u8())};
    }
    case FrameType::Ping:
      if (frame.payload.size() == kPingSize) queue(FrameType::Pong, frame.payload);
      return std::nullopt;
    case FrameType::Pong: {
      const PongReceived pong{in.array<kPingSize>()};
      return in.isOk() ? std::optional<Event>(pong) : std::nullopt;
    }
    case FrameType::Health: return Health{std::string(asText(frame.payload))};
    case FrameType::Restarting: {
      const std::chrono::milliseconds reconnectAfter(in.u32be());
      const std::chrono::milliseconds tryFor(in.u32be());
      return in.isOk() ? std::optional<Event>(Restarting{reconnectAfter, tryFor}) : std::nullopt;
    }
    case FrameType::ServerKey:
    case FrameType::ClientInfo:
    case FrameType::ServerInfo:
    case FrameType::SendPacket:
    case FrameType::KeepAlive:
    case FrameType::NotePreferred:
    case FrameType::PeerPresent:
    case FrameType::ForwardPacket:
    case FrameType::WatchConns:
    case FrameType::ClosePeer: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace berth::tunnel::derp

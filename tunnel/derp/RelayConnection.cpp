#include "tunnel/derp/RelayConnection.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "core/base/StreamDeadline.h"
#include "tunnel/wire/Packet.h"
#include "tunnel/wire/Reader.h"

namespace berth::tunnel::derp {

namespace {

constexpr std::size_t kWriteSize = 128U << 10;
constexpr std::size_t kMaxPayload = wire::kKeySize + kMaxPacket;  // once logged in
constexpr Rate kNotHereRate{1, 3};                                // reference/tailnet.md 5.4

}  // namespace

RelayConnection::RelayConnection(Relay& relay, std::unique_ptr<Stream> stream)
    : m_relay(relay),
      m_stream(std::move(stream)),
      m_changed(m_stream->executor()),
      m_decoder(kMaxClientInfo),
      m_urgent(relay.m_limits.maxUrgentFrames, relay.m_limits.maxQueuedBytes),
      m_packets(relay.m_limits.maxQueuedFrames, relay.m_limits.maxQueuedBytes),
      m_allowance(relay.m_limits.clientRate),
      m_notHereNotices(kNotHereRate) {}

void RelayConnection::close() noexcept {
  m_isClosed = true;
  m_stream->close();
  m_changed.notify();
}

// Stock relays end a connection that breaks the protocol without a word, and so does this one.
Task<void> RelayConnection::run() {
  using asio::experimental::awaitable_operators::operator&&;
  if (!co_await login()) {
    close();
    co_return;
  }
  m_relay.add(*this);
  co_await (readFrames() && writeFrames());
  m_relay.remove(*this);
}

Task<Result<void>> RelayConnection::readMore() {
  CO_TRY_ASSIGN(const std::size_t count, co_await m_stream->readSome(m_decoder.room()));
  m_decoder.filled(count);
  co_return co_await payForBytes(count);
}

Task<Result<void>> RelayConnection::payForBytes(std::size_t count) {
  const auto debt = m_allowance.takeOnCredit(static_cast<double>(count), m_relay.m_clock.now());
  if (debt.count() == 0) co_return Result<void>();
  const TimePoint paidAt = m_relay.m_clock.now() + debt;
  while (!m_isClosed) {
    const auto waited = co_await m_changed.waitUntil(paidAt);
    if (waited) continue;
    if (waited.error().code() == ErrorCode::Timeout) co_return Result<void>();
    co_return waited;
  }
  co_return fail(ErrorCode::Cancelled, "relay connection closed");
}

Task<Result<void>> RelayConnection::login() {
  const StreamDeadline deadline(*m_stream, m_relay.m_limits.loginTimeout);
  const Bytes serverKey = makeServerKey(m_relay.m_publicKey);
  CO_TRY(co_await m_stream->write(serverKey));
  std::optional<Frame> frame;
  while (!frame) {
    CO_TRY_ASSIGN(frame, m_decoder.next());
    if (!frame) CO_TRY(co_await readMore());
  }
  if (frame->type != FrameType::ClientInfo)
    co_return fail(ErrorCode::ProtocolViolation, "the first frame is not client info");
  CO_TRY_ASSIGN(const OpenedClientInfo opened, openClientInfo(frame->payload, m_relay.m_key));
  m_key = opened.client;
  m_decoder.setMaxPayload(kMaxPayload);
  const Bytes serverInfo = makeServerInfo({kProtocolVersion, m_relay.m_limits.clientRate}, opened.box, m_relay.m_rng);
  co_return co_await m_stream->write(serverInfo);
}

Task<void> RelayConnection::readFrames() {
  while (!m_isClosed) {
    const auto frame = m_decoder.next();
    if (!frame) break;
    if (*frame) {
      if (!onFrame(**frame)) break;
    } else if (!co_await readMore()) {
      break;
    }
  }
  close();
}

Result<void> RelayConnection::onFrame(const Frame& frame) {
  switch (frame.type) {
    case FrameType::SendPacket: return onSendPacket(frame);
    case FrameType::Ping:
      if (frame.payload.size() != kPingSize) return fail(ErrorCode::ProtocolViolation, "ping of a wrong size");
      enqueue(m_urgent, FrameType::Pong, frame.payload);
      return {};
    case FrameType::NotePreferred:
      // Which region is home matters to statistics only, and those are the coordinator's.
      if (frame.payload.size() != 1) return fail(ErrorCode::ProtocolViolation, "note of a wrong size");
      return {};
    case FrameType::WatchConns:
    case FrameType::ForwardPacket:
    case FrameType::ClosePeer: return fail(ErrorCode::PermissionDenied, "mesh frame from a client");
    case FrameType::ServerKey:
    case FrameType::ClientInfo:
    case FrameType::ServerInfo:
    case FrameType::RecvPacket:
    case FrameType::KeepAlive:
    case FrameType::PeerGone:
    case FrameType::PeerPresent:
    case FrameType::Pong:
    case FrameType::Health:
    case FrameType::Restarting: return {};
  }
  return {};  // unknown types are skipped
}

Result<void> RelayConnection::onSendPacket(const Frame& frame) {
  wire::Reader in(frame.payload);
  const wire::NodePublic to(in.array<wire::kKeySize>());
  if (!in.isOk()) return fail(ErrorCode::ProtocolViolation, "packet without a destination");
  const ByteView packet = in.rest();
  if (m_relay.forward(*this, to, packet)) return {};
  if (wire::looksLikeDisco(packet) && m_notHereNotices.take(1, m_relay.m_clock.now()))
    tellPeerGone(to, GoneReason::NotHere);
  return {};
}

void RelayConnection::deliver(const wire::NodePublic& source, ByteView packet) {
  enqueue(wire::looksLikeDisco(packet) ? m_urgent : m_packets, FrameType::RecvPacket, source.bytes(), packet);
}

void RelayConnection::tellPeerGone(const wire::NodePublic& peer, GoneReason reason) {
  const std::array<std::byte, 1> code{static_cast<std::byte>(reason)};
  enqueue(m_urgent, FrameType::PeerGone, peer.bytes(), code);
}

void RelayConnection::enqueue(FrameQueue& queue, FrameType type, ByteView head, ByteView body) {
  const bool wasIdle = m_urgent.isEmpty() && m_packets.isEmpty();
  queue.push(type, head, body);
  if (wasIdle) m_changed.notify();
}

Task<void> RelayConnection::writeFrames() {
  Bytes chunk;
  TimePoint keepAliveAt = nextKeepAlive();
  while (!m_isClosed) {
    chunk.clear();
    m_urgent.takeInto(chunk, kWriteSize);
    m_packets.takeInto(chunk, kWriteSize);
    if (chunk.empty()) {
      const auto waited = co_await m_changed.waitUntil(keepAliveAt);
      if (waited) continue;
      if (waited.error().code() != ErrorCode::Timeout) break;
      appendFrame(chunk, FrameType::KeepAlive, {});
      keepAliveAt = nextKeepAlive();
    }
    const StreamDeadline deadline(*m_stream, m_relay.m_limits.writeTimeout);
    if (!co_await m_stream->write(chunk)) break;
  }
  close();
}

TimePoint RelayConnection::nextKeepAlive() {
  std::array<std::byte, 1> random;
  m_relay.m_rng.fill(random);
  const auto jitter = m_relay.m_limits.keepAliveJitter * std::to_integer<int>(random[0]) / 255;
  return m_relay.m_clock.now() + m_relay.m_limits.keepAliveInterval + jitter;
}

}  // namespace berth::tunnel::derp

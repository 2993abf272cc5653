#include "core/rpc/YamuxCore.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <format>

namespace berth::rpc {

using yamux::FrameType;
using yamux::Header;
using yamux::kAck;
using yamux::kFin;
using yamux::kInitialWindow;
using yamux::kRst;
using yamux::kSyn;

namespace {

constexpr std::size_t kReadBuffer = 16 * 1024;
constexpr std::size_t kMaxDataBody = 64 * 1024;   // of one frame that we send
constexpr std::size_t kMaxBatch = 64 * 1024;      // frames joined into one write; far below the peers' 262,144
constexpr std::size_t kMaxQueuedFrames = 16'384;  // a peer that makes us answer and never reads
constexpr std::size_t kKeptInbox = 16 * 1024;     // of a drained inbox
constexpr std::uint32_t kMaxStreamId = 0x7fff'ffff;

TimePoint steadyNow() { return std::chrono::steady_clock::now(); }

std::unexpected<Error> violation(std::string what) { return fail(ErrorCode::ProtocolViolation, std::move(what)); }

}  // namespace

YamuxSession::Core::Core(std::unique_ptr<Stream> transport, Role role, YamuxOptions options)
    : m_transport(std::move(transport)),
      m_executor(m_transport->executor()),
      m_options(options),
      m_nextStreamId(role == Role::Client ? 1 : 2),
      m_changed(m_executor),
      m_queued(m_executor) {}

void YamuxSession::Core::start() {
  asio::co_spawn(m_executor, readLoop(shared_from_this()), asio::detached);
  asio::co_spawn(m_executor, writeLoop(shared_from_this()), asio::detached);
  asio::co_spawn(m_executor, keepAliveLoop(shared_from_this()), asio::detached);
}

void YamuxSession::Core::end(Error reason) noexcept {
  if (m_endReason) return;
  m_endReason = std::move(reason);
  m_transport->close();
  for (auto& [id, state] : m_streams) {
    state->readable.notify();
    state->writable.notify();
  }
  for (auto& outgoing : m_outgoing)
    if (outgoing.ticket) outgoing.ticket->changed.notify();
  for (auto& ticket : m_beingWritten) ticket->changed.notify();
  m_outgoing.clear();
  m_changed.notify();
  m_queued.notify();
}

Error YamuxSession::Core::endedError() const {
  return {ErrorCode::ConnectionLost, "yamux session ended: " + m_endReason->message()};
}

Task<Error> YamuxSession::Core::ended() {
  while (!m_endReason)
    if (!co_await m_changed.wait()) co_return Error(ErrorCode::Cancelled, "cancelled");
  co_return *m_endReason;
}

// --- streams --------------------------------------------------------------------------------------------------------

Task<Result<YamuxSession::Core::StatePtr>> YamuxSession::Core::open() {
  while (!m_endReason && !m_peerGoesAway && m_notAcked >= m_options.backlog)
    if (!co_await m_changed.wait()) co_return fail(ErrorCode::Cancelled, "open stream");
  if (m_endReason) co_return fail(endedError());
  if (m_peerGoesAway) co_return fail(ErrorCode::Unavailable, "open stream: the peer is going away");
  if (m_nextStreamId > kMaxStreamId) co_return fail(ErrorCode::LimitExceeded, "open stream: no stream ids left");
  auto state = std::make_shared<StreamState>(m_executor, m_nextStreamId);
  m_nextStreamId += 2;
  state->awaitsAck = true;
  state->deadline = steadyNow() + m_options.openTimeout;
  ++m_notAcked;
  m_streams.emplace(state->id, state);
  sendControl(FrameType::WindowUpdate, kSyn, state->id, 0);
  co_return state;
}

Task<Result<YamuxSession::Core::StatePtr>> YamuxSession::Core::accept() {
  while (!m_endReason && m_notAccepted.empty())
    if (!co_await m_changed.wait()) co_return fail(ErrorCode::Cancelled, "accept stream");
  if (m_endReason) co_return fail(endedError());
  auto state = std::move(m_notAccepted.front());
  m_notAccepted.pop_front();
  if (!state->isReset) sendControl(FrameType::WindowUpdate, kAck, state->id, 0);
  co_return state;
}

Task<Result<std::size_t>> YamuxSession::Core::read(StatePtr state, ByteSpan buffer) {
  if (buffer.empty()) co_return 0;
  while (state->isClosed || state->unread() == 0) {
    if (state->isClosed) co_return fail(ErrorCode::Cancelled, "read from closed stream");
    if (state->isReset) co_return fail(ErrorCode::ConnectionLost, "stream reset by the peer");
    if (state->gotFin) co_return fail(ErrorCode::EndOfStream, "end of stream");
    if (m_endReason) co_return fail(endedError());
    if (!co_await state->readable.wait()) co_return fail(ErrorCode::Cancelled, "read from stream");
  }
  const auto unread = ByteView(asBytes(state->inbox)).subspan(state->inboxUsed);
  const auto count = std::min(buffer.size(), unread.size());
  std::ranges::copy(unread.first(count), buffer.begin());
  state->inboxUsed += count;
  if (state->unread() == 0) {
    state->inbox.clear();
    if (state->inbox.capacity() > kKeptInbox) state->inbox.shrink_to_fit();
    state->inboxUsed = 0;
  }
  giveBackWindow(*state);
  co_return count;
}

Task<Result<void>> YamuxSession::Core::write(StatePtr state, ByteView data) {
  while (true) {
    if (state->isReset) co_return fail(ErrorCode::ConnectionLost, "stream reset by the peer");
    if (state->isClosed || state->sentFin) co_return fail(ErrorCode::Cancelled, "write to closed stream");
    if (m_endReason) co_return fail(endedError());
    if (data.empty()) co_return Result<void>();
    if (state->sendWindow == 0) {
      if (!co_await state->writable.wait()) co_return fail(ErrorCode::Cancelled, "write to stream");
      continue;
    }
    const auto count = std::min({data.size(), kMaxDataBody, static_cast<std::size_t>(state->sendWindow)});
    state->sendWindow -= count;
    CO_TRY(co_await sendData(state->id, data.first(count)));
    data = data.subspan(count);
  }
}

void YamuxSession::Core::closeWrite(StreamState& state) {
  if (state.sentFin || state.isReset || m_endReason) return;
  state.sentFin = true;
  sendControl(FrameType::WindowUpdate, kFin, state.id, 0);
  state.writable.notify();
  forgetIfDone(state);
}

void YamuxSession::Core::close(StreamState& state) noexcept {
  if (state.isClosed) return;
  closeWrite(state);
  state.isClosed = true;
  state.inbox = {};
  state.inboxUsed = 0;
  if (!state.awaitsAck) state.deadline = steadyNow() + m_options.closeTimeout;
  state.readable.notify();
  state.writable.notify();
}

void YamuxSession::Core::giveBackWindow(StreamState& state) {
  const auto missing = kInitialWindow - static_cast<std::uint32_t>(state.unread()) - state.recvWindow;
  if (missing < kInitialWindow / 2 || state.gotFin || state.isReset || m_endReason) return;
  state.recvWindow += missing;
  sendControl(FrameType::WindowUpdate, 0, state.id, missing);
}

void YamuxSession::Core::clearAwaitsAck(StreamState& state) {
  if (!std::exchange(state.awaitsAck, false)) return;
  state.deadline.reset();
  if (state.isClosed) state.deadline = steadyNow() + m_options.closeTimeout;
  --m_notAcked;
  m_changed.notify();
}

// Both sides have said FIN, or one said RST: the id is free.
void YamuxSession::Core::forgetIfDone(StreamState& state) {
  if (!(state.isReset || (state.sentFin && state.gotFin))) return;
  clearAwaitsAck(state);
  m_streams.erase(state.id);
}

// --- what arrives ---------------------------------------------------------------------------------------------------

Task<void> YamuxSession::Core::readLoop(std::shared_ptr<Core> self) {
  Bytes buffer(kReadBuffer);
  while (!self->m_endReason) {
    const auto count = co_await self->m_transport->readSome(buffer);
    if (!count) co_return self->end(count.error());
    if (const auto done = self->consume(ByteView(buffer).first(*count)); !done) co_return self->end(done.error());
  }
}

Result<void> YamuxSession::Core::consume(ByteView input) {
  while (true) {
    TRY_ASSIGN(const auto item, m_reader.next(input));
    if (!item) return {};
    if (const auto* header = std::get_if<Header>(&*item)) {
      TRY(onHeader(*header));
    } else {
      onBody(std::get<yamux::FrameReader::Body>(*item).bytes);
    }
    if (m_finAfterBody && m_reader.bodyLeft() == 0) {
      m_finAfterBody = false;
      if (m_bodyOwner) TRY(onFin(*m_bodyOwner));
    }
    if (m_outgoing.size() > kMaxQueuedFrames)
      return fail(ErrorCode::LimitExceeded, "the peer asks for answers and doesn't read them");
  }
}

Result<void> YamuxSession::Core::onHeader(const Header& header) {
  switch (header.type) {
    case FrameType::Data:
    case FrameType::WindowUpdate: return onStreamFrame(header);
    case FrameType::Ping: return onPing(header);
    case FrameType::GoAway: return onGoAway(header);
  }
  return violation("yamux: " + toString(header));
}

Result<void> YamuxSession::Core::onPing(const Header& header) {
  if (header.has(kSyn)) {
    sendControl(FrameType::Ping, kAck, 0, header.length);
  } else if (m_awaitedPongs.erase(header.length) > 0) {
    m_changed.notify();
  }
  return {};
}

Result<void> YamuxSession::Core::onGoAway(const Header& header) {
  if (header.length != static_cast<std::uint32_t>(yamux::GoAwayCode::Normal))
    return violation(std::format("yamux: the peer gave up with code {}", header.length));
  m_peerGoesAway = true;
  m_changed.notify();
  return {};
}

Result<void> YamuxSession::Core::onStreamFrame(const Header& header) {
  m_bodyOwner.reset();
  m_finAfterBody = false;
  if (header.has(kSyn)) TRY(onSyn(header));
  const auto found = m_streams.find(header.streamId);
  if (found == m_streams.end()) return {};  // closed meanwhile: the body is dropped
  const StatePtr state = found->second;
  if (header.has(kAck)) clearAwaitsAck(*state);
  if (header.has(kRst)) {
    onReset(*state);
    return {};
  }
  if (header.type == FrameType::WindowUpdate) {
    state->sendWindow += header.length;
    state->writable.notify();
  } else {
    if (header.length > state->recvWindow)
      return violation(std::format("yamux: {} overruns the window by {} bytes", toString(header),
                                   header.length - state->recvWindow));
    state->recvWindow -= header.length;
    m_bodyOwner = state;
  }
  if (!header.has(kFin)) return {};
  if (header.type == FrameType::Data && header.length > 0) {
    m_finAfterBody = true;
    return {};
  }
  return onFin(*state);
}

Result<void> YamuxSession::Core::onSyn(const Header& header) {
  if (header.streamId == 0) return violation("yamux: SYN for stream 0");
  if (m_streams.contains(header.streamId))
    return violation(std::format("yamux: SYN for stream {}, which exists", header.streamId));
  if (m_streams.size() >= m_options.maxStreams || m_notAccepted.size() >= m_options.backlog) {
    sendControl(FrameType::WindowUpdate, kRst, header.streamId, 0);
    return {};
  }
  auto state = std::make_shared<StreamState>(m_executor, header.streamId);
  m_streams.emplace(state->id, state);
  m_notAccepted.push_back(std::move(state));
  m_changed.notify();
  return {};
}

void YamuxSession::Core::onBody(ByteView bytes) {
  if (!m_bodyOwner || m_bodyOwner->isClosed) return;
  m_bodyOwner->inbox.append(asText(bytes));
  m_bodyOwner->readable.notify();
}

Result<void> YamuxSession::Core::onFin(StreamState& state) {
  if (state.gotFin) return violation(std::format("yamux: second FIN on stream {}", state.id));
  state.gotFin = true;
  state.readable.notify();
  forgetIfDone(state);
  return {};
}

void YamuxSession::Core::onReset(StreamState& state) {
  state.isReset = true;
  state.readable.notify();
  state.writable.notify();
  forgetIfDone(state);
}

// --- what leaves ----------------------------------------------------------------------------------------------------

void YamuxSession::Core::sendControl(FrameType type, std::uint16_t flags, std::uint32_t streamId,
                                     std::uint32_t length) {
  if (m_endReason) return;
  const auto header = encode(Header{.type = type, .flags = flags, .streamId = streamId, .length = length});
  m_outgoing.push_back({std::string(asText(header)), nullptr});
  m_queued.notify();
}

Task<Result<void>> YamuxSession::Core::sendData(std::uint32_t streamId, ByteView data) {
  const auto header = encode(Header{.streamId = streamId, .length = static_cast<std::uint32_t>(data.size())});
  auto ticket = std::make_shared<Ticket>(m_executor);
  std::string frame(asText(header));
  frame.append(asText(data));
  m_outgoing.push_back({std::move(frame), ticket});
  m_queued.notify();
  const auto deadline = steadyNow() + m_options.writeTimeout;
  while (!ticket->isWritten) {
    if (m_endReason) co_return fail(endedError());
    if (const auto woken = co_await ticket->changed.waitUntil(deadline); !woken)
      co_return fail(woken.error().in("write to yamux stream"));
  }
  co_return Result<void>();
}

Task<void> YamuxSession::Core::writeLoop(std::shared_ptr<Core> self) {
  while (!self->m_endReason) {
    if (self->m_outgoing.empty()) {
      if (!co_await self->m_queued.wait()) co_return;
      continue;
    }
    std::string batch;
    while (!self->m_outgoing.empty() && batch.size() < kMaxBatch) {
      auto& next = self->m_outgoing.front();
      batch += next.frame;
      if (next.ticket) self->m_beingWritten.push_back(std::move(next.ticket));
      self->m_outgoing.pop_front();
    }
    if (const auto written = co_await self->m_transport->write(asBytes(batch)); !written)
      co_return self->end(written.error());
    for (auto& ticket : std::exchange(self->m_beingWritten, {})) {
      ticket->isWritten = true;
      ticket->changed.notify();
    }
  }
}

// --- time -----------------------------------------------------------------------------------------------------------

Task<Result<std::chrono::nanoseconds>> YamuxSession::Core::ping() {
  const auto id = m_nextPingId++;
  const auto sentAt = steadyNow();
  m_awaitedPongs.insert(id);
  sendControl(FrameType::Ping, kSyn, 0, id);
  while (m_awaitedPongs.contains(id)) {
    if (m_endReason) co_return fail(endedError());
    if (const auto woken = co_await m_changed.waitUntil(sentAt + m_options.pingTimeout); !woken) {
      m_awaitedPongs.erase(id);
      co_return fail(woken.error().in("yamux ping"));
    }
  }
  co_return steadyNow() - sentAt;
}

Task<void> YamuxSession::Core::keepAliveLoop(std::shared_ptr<Core> self) {
  constexpr std::chrono::milliseconds kTickWithoutPings{30'000};
  const bool pings = self->m_options.keepAliveInterval.count() > 0;
  const auto interval = pings ? self->m_options.keepAliveInterval : kTickWithoutPings;
  auto nextAt = steadyNow() + interval;
  while (!self->m_endReason) {
    const auto woken = co_await self->m_changed.waitUntil(nextAt);
    if (woken) continue;
    if (woken.error().code() != ErrorCode::Timeout) co_return;
    nextAt += interval;
    self->dropExpired(steadyNow());
    if (!pings) continue;
    if (const auto answered = co_await self->ping(); !answered)
      co_return self->end(Error(ErrorCode::Timeout, "the peer doesn't answer pings"));
  }
}

void YamuxSession::Core::dropExpired(TimePoint now) {
  std::vector<StatePtr> expired;
  for (const auto& [id, state] : m_streams)
    if (state->deadline && *state->deadline <= now) expired.push_back(state);
  for (const auto& state : expired) {
    if (state->awaitsAck) return end(Error(ErrorCode::Timeout, "the peer doesn't take new streams"));
    sendControl(FrameType::WindowUpdate, kRst, state->id, 0);
    onReset(*state);
  }
}

}  // namespace berth::rpc

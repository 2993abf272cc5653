// The state of a yamux session and of its streams; private to YamuxSession.cpp and YamuxCore.cpp.
#pragma once

#include <deque>
#include <set>
#include <unordered_map>

#include "core/base/Notifier.h"
#include "core/rpc/YamuxSession.h"

namespace berth::rpc {

// Lives as long as one of: the session object, a stream of it, its three loops (reading, writing, keeping alive).
class YamuxSession::Core : public std::enable_shared_from_this<Core> {
 public:
  struct StreamState {
    StreamState(const asio::any_io_executor& executor, std::uint32_t streamId)
        : id(streamId), readable(executor), writable(executor) {}

    std::uint32_t id;
    std::string inbox;  // received, from `inboxUsed` on not read yet
    std::size_t inboxUsed = 0;
    std::uint32_t recvWindow = yamux::kInitialWindow;  // what the peer may still send
    std::uint64_t sendWindow = yamux::kInitialWindow;  // what we may still send
    bool awaitsAck = false;
    bool sentFin = false;
    bool gotFin = false;
    bool isReset = false;
    bool isClosed = false;              // by our side: what still comes is dropped
    std::optional<TimePoint> deadline;  // for the ACK, or after close() for the peer's FIN
    Notifier readable;
    Notifier writable;

    std::size_t unread() const noexcept { return inbox.size() - inboxUsed; }
  };
  using StatePtr = std::shared_ptr<StreamState>;

  Core(std::unique_ptr<Stream> transport, Role role, YamuxOptions options);
  void start();
  void end(Error reason) noexcept;

  Task<Result<StatePtr>> open();
  Task<Result<StatePtr>> accept();
  Task<Result<std::chrono::nanoseconds>> ping();
  Task<Error> ended();
  const std::optional<Error>& endReason() const noexcept { return m_endReason; }
  std::size_t streamCount() const noexcept { return m_streams.size(); }
  asio::any_io_executor executor() const { return m_executor; }

  Task<Result<std::size_t>> read(StatePtr state, ByteSpan buffer);
  Task<Result<void>> write(StatePtr state, ByteView data);
  void closeWrite(StreamState& state);
  void close(StreamState& state) noexcept;

 private:
  // Says when a data frame has been given to the transport.
  struct Ticket {
    explicit Ticket(const asio::any_io_executor& executor) : changed(executor) {}
    bool isWritten = false;
    Notifier changed;
  };
  struct Outgoing {
    std::string frame;
    std::shared_ptr<Ticket> ticket;  // data frames only
  };

  static Task<void> readLoop(std::shared_ptr<Core> self);
  static Task<void> writeLoop(std::shared_ptr<Core> self);
  static Task<void> keepAliveLoop(std::shared_ptr<Core> self);

  Result<void> consume(ByteView input);
  Result<void> onHeader(const yamux::Header& header);
  Result<void> onPing(const yamux::Header& header);
  Result<void> onGoAway(const yamux::Header& header);
  Result<void> onStreamFrame(const yamux::Header& header);
  Result<void> onSyn(const yamux::Header& header);
  void onBody(ByteView bytes);
  Result<void> onFin(StreamState& state);
  void onReset(StreamState& state);

  void sendControl(yamux::FrameType type, std::uint16_t flags, std::uint32_t streamId, std::uint32_t length);
  Task<Result<void>> sendData(std::uint32_t streamId, ByteView data);
  void giveBackWindow(StreamState& state);
  void forgetIfDone(StreamState& state);
  void clearAwaitsAck(StreamState& state);
  void dropExpired(TimePoint now);
  Error endedError() const;

  std::unique_ptr<Stream> m_transport;
  asio::any_io_executor m_executor;
  YamuxOptions m_options;
  std::uint32_t m_nextStreamId;
  std::uint32_t m_nextPingId = 0;
  bool m_peerGoesAway = false;
  std::optional<Error> m_endReason;

  std::unordered_map<std::uint32_t, StatePtr> m_streams;
  std::deque<StatePtr> m_notAccepted;
  std::size_t m_notAcked = 0;
  std::set<std::uint32_t> m_awaitedPongs;
  std::deque<Outgoing> m_outgoing;
  std::vector<std::shared_ptr<Ticket>> m_beingWritten;

  yamux::FrameReader m_reader;
  StatePtr m_bodyOwner;  // of the data frame that is arriving; null: drop it
  bool m_finAfterBody = false;

  Notifier m_changed;  // accepted, acknowledged, pong, ended
  Notifier m_queued;
};

}  // namespace berth::rpc

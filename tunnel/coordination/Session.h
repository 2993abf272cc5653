// What clients and agents have in common: the peers they know, themselves, and one Coordinate and one DERP map stream
// at a time. Private to this folder; owned by shared_ptr, since its coroutines may end after their owner.
#pragma once

#include <deque>
#include <memory>

#include "core/base/Notifier.h"
#include "core/rpc/TailnetClient.h"
#include "tunnel/coordination/NetworkUser.h"
#include "tunnel/coordination/PeerTable.h"

namespace berth::tunnel::coordination {

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(asio::any_io_executor executor, NetworkUser& user, const Clock& clock, PeerTable::Side side);

  // Watches the peers' timers until stop().
  void start();

  void addDestination(const Uuid& peer);
  void removeDestination(const Uuid& peer);
  void updateSelf(NodeInfo self);

  // Both streams, until either ends; then all peers count as lost.
  Task<Result<void>> run(std::shared_ptr<rpc::YamuxSession> session);
  bool isRunning() const noexcept { return m_call != nullptr; }

  Task<void> disconnect();
  void stop() noexcept;
  bool isStopped() const noexcept { return m_isStopped; }

  // False once stopped.
  Task<bool> sleepUntil(TimePoint deadline);
  Task<void> untilStopped();

 private:
  Task<Result<void>> sendRequests();
  Task<Result<void>> receiveUpdates();
  Task<Result<void>> receiveDerpMaps(rpc::TailnetClient& client);
  Task<void> runTimers();
  std::optional<rpc::tailnetpb::CoordinateRequest> nextRequest();
  void onResponse(const rpc::tailnetpb::CoordinateResponse& response);
  void apply(const std::vector<Action>& actions);
  void endStreams(const Error& reason) noexcept;

  struct TunnelChange {
    Uuid peer;
    bool isAdded = true;
  };
  // What this stream has still to say.
  struct Unsent {
    std::deque<TunnelChange> tunnels;
    bool self = false;
    std::deque<Uuid> readies;
    bool disconnect = false;
  };

  asio::any_io_executor m_executor;
  NetworkUser& m_user;
  const Clock& m_clock;
  PeerTable m_peers;
  std::vector<Uuid> m_destinations;
  std::optional<NodeInfo> m_self;
  bool m_isStopped = false;
  Notifier m_stopped;
  Notifier m_timersChanged;

  // While run() runs.
  Unsent m_unsent;
  Notifier m_unsentChanged;
  std::unique_ptr<rpc::CoordinateCall> m_call;
  std::unique_ptr<rpc::DrpcCall> m_derpMaps;
  std::optional<Error> m_endReason;
  Notifier m_streamsEnded;
};

}  // namespace berth::tunnel::coordination

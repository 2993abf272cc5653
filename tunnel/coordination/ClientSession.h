// A client's connection to the coordinator, kept up (reference/tailnet.md 4.10, 4.11): dials, announces its tunnels and
// itself, keeps the DERP map fresh, renews the resume token, reconnects with back-off from 50 ms to 10 s. While it is
// away tunnels go on; peers count as lost.
//
// All on one executor. The dialer, user and clock must outlive run().
#pragma once

#include <memory>

#include "tunnel/coordination/ControlDialer.h"
#include "tunnel/coordination/NetworkUser.h"
#include "tunnel/coordination/PeerTable.h"

namespace berth::tunnel::coordination {

class ClientSession {
 public:
  ClientSession(asio::any_io_executor executor, ControlDialer& dialer, NetworkUser& user, const Clock& clock);
  ~ClientSession();  // stop()
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;

  // A peer to tunnel to; now, if connected, and at each reconnect.
  void addDestination(const Uuid& peer);
  // No tunnel to it any more; both ends forget each other at once.
  void removeDestination(const Uuid& peer);

  // What others are to know of us. Sent once it has a home region, and whenever it changes.
  void updateSelf(NodeInfo self);

  // Runs until stop(), which makes it return Cancelled. Before the first success an error that cannot pass ends it too.
  Task<Result<void>> run();

  bool isConnected() const noexcept;

  // Begins anew at once, whatever it is at: the connection is known to be dead (this machine slept).
  void reconnect() noexcept;

  // Says good-bye, so that peers forget us at once, waits for the server to hang up (1 s at most), then stop().
  Task<void> disconnect();
  void stop() noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> m_impl;
};

}  // namespace berth::tunnel::coordination

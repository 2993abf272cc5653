// The UDP side of a node: a socket for each address family, shared by all peers; datagrams gathered into batches; and
// what our own endpoints are, from the interfaces and by STUN, kept current as the network changes
// (reference/tailnet.md 6.5 to 6.7).
#pragma once

#include <boost/asio/steady_timer.hpp>

#include "core/base/Clock.h"
#include "core/base/Random.h"
#include "tunnel/link/BatchSocket.h"
#include "tunnel/link/NetworkMonitor.h"
#include "tunnel/stun/Probe.h"
#include "tunnel/wire/DerpMap.h"

namespace berth::tunnel {

// What is known of our place in the network below.
struct OwnPlace {
  std::vector<wire::Endpoint> endpoints;  // where peers may try, in the order of publication
  bool answersStun = false;               // a STUN server was heard: UDP works beyond this machine
  std::optional<bool> mappingVaries;      // a hard NAT, as far as known
  bool hasIpv6 = false;
  auto operator<=>(const OwnPlace&) const = default;
};

// Who uses the link. Calls come on the node's executor, never from within a call to the link.
class DirectLinkUser {
 public:
  virtual ~DirectLinkUser() = default;
  virtual void onDirectPacket(const wire::Endpoint& source, ByteSpan datagram) = 0;  // not STUN; may be changed
  virtual void onDirectBatchEnd() = 0;
  virtual void onDirectRoom() = 0;
  virtual void onOwnPlace(const OwnPlace& place) = 0;  // looked up anew; may be the same
  virtual void onNetworkChange() = 0;                  // onOwnPlace() follows
};

class DirectLink final : public link::BatchSocketUser, public std::enable_shared_from_this<DirectLink> {
 public:
  // `clock` and `rng` outlive the link, `user` until stop(). Port 0: a free one.
  DirectLink(asio::any_io_executor executor, const Clock& clock, Rng& rng, std::uint16_t port, DirectLinkUser& user);

  // Unavailable when there is no UDP at all.
  Result<void> start();
  // No call to the user follows. May be called twice.
  void stop() noexcept;

  // Its STUN servers are asked from now on.
  void setDerpMap(const wire::DerpMap& map);
  // Looks up our endpoints anew: what is known at once, what STUN servers say as they answer.
  void refresh();
  // What is known of the network may not hold any more: looks up everything anew, and tells.
  void onNetworkChange();
  // Peers are being talked to: endpoints are looked up from time to time.
  void noteActivity(TimePoint now);

  // Room in the current batch for a datagram of `size` bytes at most, to be written there and committed with its size
  // before the next call. Empty when there is none now: onDirectRoom() follows. What is committed leaves at the end of
  // this turn of the loop at the latest.
  ByteSpan reserve(const wire::Endpoint& to, std::size_t size);
  void commit(std::size_t size);
  void flush();

  // One datagram, past the batch; lost when there is no room.
  void sendNow(const wire::Endpoint& to, ByteView datagram);

  void onDatagram(const wire::Endpoint& source, ByteSpan datagram) override;
  void onDatagramsEnd() override;
  void onRoom() override;

 private:
  // Datagrams to one destination, all as long as the first but perhaps the last.
  struct Batch {
    wire::Endpoint to;
    std::size_t segmentSize = 0;
    std::size_t count = 0;
    std::size_t used = 0;
    bool isClosed = false;  // by a shorter one
  };
  struct Mapped {
    wire::Endpoint endpoint;
    TimePoint seenAt;
  };

  void openSockets();
  link::BatchSocket* socketFor(const wire::Endpoint& to) const noexcept;
  static Task<void> resolveServers(std::weak_ptr<DirectLink> weak, wire::DerpMap map);
  void startProbe();
  void continueProbe();
  void tellPlace();
  void refreshLater();

  asio::any_io_executor m_executor;
  const Clock& m_clock;
  Rng& m_rng;
  const std::uint16_t m_port;
  DirectLinkUser* m_user;  // null once stopped
  std::unique_ptr<link::BatchSocket> m_v4;
  std::unique_ptr<link::BatchSocket> m_v6;
  std::unique_ptr<link::NetworkMonitor> m_monitor;

  Batch m_batch;
  std::unique_ptr<std::byte[]> m_batchBytes;
  bool m_isFull = false;
  bool m_isFlushPosted = false;

  wire::DerpMap m_map;
  std::vector<wire::Endpoint> m_servers;
  std::optional<stun::Probe> m_probe;
  std::vector<Mapped> m_mapped;  // remembered for a while
  std::optional<bool> m_mappingVaries;
  bool m_answersStun = false;
  asio::steady_timer m_probeTimer;
  asio::steady_timer m_refreshTimer;
  bool m_isRefreshPlanned = false;
  std::optional<TimePoint> m_lastActiveAt;
};

}  // namespace berth::tunnel

// One connection at the relay: its login, its frames in, its queues out. Private to this folder.
#pragma once

#include "core/base/Notifier.h"
#include "tunnel/derp/FrameQueue.h"
#include "tunnel/derp/Login.h"
#include "tunnel/derp/Relay.h"

namespace berth::tunnel::derp {

class RelayConnection {
 public:
  RelayConnection(Relay& relay, std::unique_ptr<Stream> stream);

  Task<void> run();
  void close() noexcept;

  const wire::NodePublic& key() const noexcept { return m_key; }

  void deliver(const wire::NodePublic& source, ByteView packet);
  void tellPeerGone(const wire::NodePublic& peer, GoneReason reason);

 private:
  friend class Relay;

  Task<Result<void>> login();
  Task<void> readFrames();
  Task<void> writeFrames();
  Task<Result<void>> readMore();
  Task<Result<void>> payForBytes(std::size_t count);
  Result<void> onFrame(const Frame& frame);
  Result<void> onSendPacket(const Frame& frame);
  void enqueue(FrameQueue& queue, FrameType type, ByteView head, ByteView body = {});
  TimePoint nextKeepAlive();

  Relay& m_relay;
  std::unique_ptr<Stream> m_stream;
  Notifier m_changed;  // a queue, or m_isClosed
  FrameDecoder m_decoder;
  FrameQueue m_urgent;
  FrameQueue m_packets;
  TokenBucket m_allowance;
  TokenBucket m_notHereNotices;
  wire::NodePublic m_key;
  wire::NodePublic m_lastSentTo;  // saves a look into Relay::Client::sentTo for most packets
  bool m_isClosed = false;
};

}  // namespace berth::tunnel::derp

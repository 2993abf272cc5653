// DERP frames (reference/tailnet.md 5.2): u8 type | u32 BE length | payload. Keys are 32 raw bytes.
//
//   01 ServerKey      S>C  magic 44455250f09f9491 | relay's key; longer payloads tolerated
//   02 ClientInfo     C>S  client's node key | nonce 24 | box(JSON)
//   03 ServerInfo     S>C  nonce 24 | box(JSON)
//   04 SendPacket     C>S  destination key | packet
//   05 RecvPacket     S>C  source key | packet
//   06 KeepAlive      S>C  empty
//   07 NotePreferred  C>S  u8: 1 this is my home, 0 no longer
//   08 PeerGone       S>C  key | u8 reason (older relays leave it out)
//   09 PeerPresent    S>C  key; mesh only
//   0a ForwardPacket  C>S  source key | destination key | packet; mesh only
//   10 WatchConns     C>S  empty; mesh only
//   11 ClosePeer      C>S  key; mesh only
//   12 Ping, 13 Pong  both 8 bytes
//   14 Health         S>C  text, empty when healthy again
//   15 Restarting     S>C  u32 BE ms until to reconnect | u32 BE ms to keep trying
//
// Unknown types are skipped by their length.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/Bytes.h"
#include "core/base/Error.h"
#include "tunnel/wire/Keys.h"

namespace berth::tunnel::derp {

enum class FrameType : std::uint8_t {
  ServerKey = 0x01,
  ClientInfo = 0x02,
  ServerInfo = 0x03,
  SendPacket = 0x04,
  RecvPacket = 0x05,
  KeepAlive = 0x06,
  NotePreferred = 0x07,
  PeerGone = 0x08,
  PeerPresent = 0x09,
  ForwardPacket = 0x0a,
  WatchConns = 0x10,
  ClosePeer = 0x11,
  Ping = 0x12,
  Pong = 0x13,
  Health = 0x14,
  Restarting = 0x15,
};

inline constexpr std::size_t kFrameHeaderSize = 5;
inline constexpr std::size_t kPacketHeaderSize = kFrameHeaderSize + wire::kKeySize;  // in front of a packet, either way
inline constexpr std::size_t kMaxPacket = 65'536;
inline constexpr std::size_t kMaxClientInfo = 256U << 10;  // what a relay takes
inline constexpr std::size_t kMaxFrameAtClient = 1U << 20;
inline constexpr std::size_t kPingSize = 8;
inline constexpr int kProtocolVersion = 2;

using PingData = std::array<std::byte, kPingSize>;
enum class GoneReason : std::uint8_t { Disconnected = 0, NotHere = 1 };

struct Frame {
  FrameType type;
  ByteSpan payload;  // into the decoder's buffer; the caller may change it
};

// Cuts a byte stream into frames. Give it room to read into, tell it how much came, take frames; what next() gave
// stays valid until the next room().
class FrameDecoder {
 public:
  explicit FrameDecoder(std::size_t maxPayload) : m_maxPayload(maxPayload) {}

  // Where to read to: never empty, and enough for the rest of a frame that has begun.
  ByteSpan room();
  void filled(std::size_t count) noexcept;

  // Nothing when more bytes are needed; LimitExceeded for a frame over the limit, after which nothing more comes.
  Result<std::optional<Frame>> next();

  // Frames over the old limit may follow a login.
  void setMaxPayload(std::size_t bytes) noexcept { m_maxPayload = bytes; }

 private:
  std::size_t m_maxPayload;
  Bytes m_buffer;
  std::size_t m_begin = 0;  // of what next() has not given yet
  std::size_t m_end = 0;    // of what came
  bool m_wasFull = false;   // the last read took all the room: more waits
};

// Appends a frame whose payload is `head` and then `body`.
void appendFrame(Bytes& out, FrameType type, ByteView head, ByteView body = {});

}  // namespace berth::tunnel::derp

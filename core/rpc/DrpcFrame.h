// dRPC framing (reference/tailnet.md 4.7). One frame:
//
//   u8      control: bit 0 done (last frame of its packet), bits 1-6 kind, bit 7 control (ignore if unknown)
//   varint  stream id     LEB128, unsigned 64
//   varint  message id    rises by one with each packet of a side, from 1
//   varint  length
//   length bytes of data
//
// A packet is all frames with one (stream id, message id) up to the done bit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/Bytes.h"
#include "core/base/Error.h"

namespace berth::rpc::drpc {

inline constexpr std::size_t kMaxPacket = 4U << 20;      // a receiver refuses more
inline constexpr std::size_t kMaxFrameData = 64 * 1024;  // a sender splits at this
inline constexpr std::uint64_t kErrorCodeUnimplemented = 12;

enum class PacketKind : std::uint8_t {
  Invoke = 1,          // RPC name
  Message = 2,         // protobuf
  Error = 3,           // u64 BE code, UTF-8 text
  Cancel = 4,          // empty, sent with the control bit
  Close = 5,           // empty: the RPC is over in both directions
  CloseSend = 6,       // empty: no more messages from this side
  InvokeMetadata = 7,  // map entries, before Invoke
};
std::string_view toString(PacketKind kind) noexcept;

struct Packet {
  std::uint64_t streamId = 0;
  std::uint64_t messageId = 0;
  PacketKind kind = PacketKind::Message;
  std::string body;

  bool operator==(const Packet&) const = default;
};

// The packet's frames, appended to `out`.
void appendPacket(std::string& out, std::uint64_t streamId, std::uint64_t messageId, PacketKind kind,
                  std::string_view body);

// Puts packets together from bytes in any pieces. Unknown kinds with the control bit are skipped.
class PacketReader {
 public:
  void feed(ByteView bytes) { m_input.append(asText(bytes)); }

  // The next whole packet; nullopt when more bytes are needed. ProtocolViolation (an id of zero or going backwards, a
  // kind that changes within a packet or does not exist, an overlong varint) and LimitExceeded (over kMaxPacket) leave
  // the reader dead.
  Result<std::optional<Packet>> next();

 private:
  struct Frame;
  Result<std::optional<Frame>> nextFrame();
  Result<bool> take(const Frame& frame);  // true when m_packet is whole

  std::string m_input;
  std::size_t m_used = 0;  // of m_input
  std::uint8_t m_kind = 0;
  bool m_isInPacket = false;
  Packet m_packet;
};

// Error packet's body. One of fewer than 8 bytes has code 0 and a text that says so.
struct RemoteError {
  std::uint64_t code = 0;
  std::string text;
  bool operator==(const RemoteError&) const = default;
};
std::string encodeError(const RemoteError& error);
RemoteError parseError(std::string_view body);

// InvokeMetadata's body.
using Metadata = std::vector<std::pair<std::string, std::string>>;
std::string encodeMetadata(const Metadata& metadata);
Result<Metadata> parseMetadata(std::string_view body);

}  // namespace berth::rpc::drpc

// yamux framing (reference/tailnet.md 4.6). Every frame begins with 12 bytes, big endian:
//
//   0  u8   version, 0
//   1  u8   type: 0 data, 1 window update, 2 ping, 3 go away
//   2  u16  flags: 1 SYN, 2 ACK, 4 FIN, 8 RST; on data and window updates alike
//   4  u32  stream id; 0 for ping and go away
//   8  u32  data: body length; window update: delta; ping: opaque id; go away: code
//
// Only data frames have a body.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/Bytes.h"
#include "core/base/Error.h"

namespace berth::rpc::yamux {

inline constexpr std::size_t kHeaderSize = 12;
inline constexpr std::uint32_t kInitialWindow = 256 * 1024;  // each way, from the moment of SYN

enum class FrameType : std::uint8_t { Data = 0, WindowUpdate = 1, Ping = 2, GoAway = 3 };

inline constexpr std::uint16_t kSyn = 1;
inline constexpr std::uint16_t kAck = 2;
inline constexpr std::uint16_t kFin = 4;
inline constexpr std::uint16_t kRst = 8;

enum class GoAwayCode : std::uint32_t { Normal = 0, ProtocolError = 1, InternalError = 2 };

struct Header {
  FrameType type = FrameType::Data;
  std::uint16_t flags = 0;
  std::uint32_t streamId = 0;
  std::uint32_t length = 0;  // or delta, ping id, code

  bool has(std::uint16_t flag) const noexcept { return (flags & flag) != 0; }
  bool operator==(const Header&) const = default;
};

std::array<std::byte, kHeaderSize> encode(const Header& header) noexcept;

// ProtocolViolation for a version or type that does not exist.
Result<Header> parseHeader(std::span<const std::byte, kHeaderSize> bytes);

// "window update SYN stream 1 length 0", for logs.
std::string toString(const Header& header);

// Cuts a byte stream into frames, whatever the pieces it arrives in. A data frame's body comes out in parts as it
// arrives, so nothing is buffered but a header.
class FrameReader {
 public:
  struct Body {
    ByteView bytes;  // part of the current data frame's body, in the caller's buffer
  };
  using Item = std::variant<Header, Body>;

  // The next item from `input`, which is advanced; nullopt when more bytes are needed. Dead after a failure.
  Result<std::optional<Item>> next(ByteView& input);

  // How much of the current data frame is still to come.
  std::uint32_t bodyLeft() const noexcept { return m_bodyLeft; }

 private:
  std::array<std::byte, kHeaderSize> m_header{};
  std::size_t m_headerFilled = 0;
  std::uint32_t m_bodyLeft = 0;
};

}  // namespace berth::rpc::yamux

// Names for runs of bytes, and the text forms of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;
using ByteSpan = std::span<std::byte>;

inline ByteView asBytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view asText(ByteView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes toBytes(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

// Lower-case hex; parsing takes both cases and wants an even length.
std::string toHex(ByteView bytes);
std::optional<Bytes> parseHex(std::string_view text);

// RFC 4648: section 4 with padding, and section 5 (URL-safe) without.
std::string toBase64(ByteView bytes);
std::optional<Bytes> parseBase64(std::string_view text);
std::string toBase64Url(ByteView bytes);

// Equal in time that depends on the lengths alone.
bool equalConstantTime(ByteView a, ByteView b) noexcept;

}  // namespace berth

// Checked reading of a run of bytes, in the manner of a cursor: every read names its width and byte order and moves
// on. A read past the end gives zeros (or an empty view) and marks the reader as failed for good, so a parser reads all
// its fields and asks isOk() once before it believes any of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/base/Bytes.h"

namespace berth::tunnel::wire {

class Reader {
 public:
  explicit constexpr Reader(ByteView data) noexcept : m_rest(data) {}

  std::uint8_t u8() noexcept { return readBigEndian<std::uint8_t>(); }
  std::uint16_t u16be() noexcept { return readBigEndian<std::uint16_t>(); }
  std::uint32_t u32be() noexcept { return readBigEndian<std::uint32_t>(); }
  std::uint64_t u64be() noexcept { return readBigEndian<std::uint64_t>(); }
  std::uint32_t u32le() noexcept { return readLittleEndian<std::uint32_t>(); }
  std::uint64_t u64le() noexcept { return readLittleEndian<std::uint64_t>(); }

  template <std::size_t N>
  std::array<std::byte, N> array() noexcept {
    std::array<std::byte, N> out{};
    std::ranges::copy(bytes(N), out.begin());
    return out;
  }

  // A view of the next `count` bytes; empty if there are fewer.
  ByteView bytes(std::size_t count) noexcept {
    if (count > m_rest.size()) {
      m_rest = {};
      m_isOk = false;
      return {};
    }
    const ByteView taken = m_rest.first(count);
    m_rest = m_rest.subspan(count);
    return taken;
  }

  // All that is left.
  ByteView rest() noexcept { return bytes(m_rest.size()); }

  bool isOk() const noexcept { return m_isOk; }
  bool isAtEnd() const noexcept { return m_rest.empty(); }
  std::size_t remaining() const noexcept { return m_rest.size(); }

 private:
  template <typename Integer>
  Integer readBigEndian() noexcept {
    Integer value = 0;
    for (const std::byte b : bytes(sizeof(Integer)))
      value = static_cast<Integer>((static_cast<std::uint64_t>(value) << 8) | std::to_integer<std::uint64_t>(b));
    return value;
  }
  template <typename Integer>
  Integer readLittleEndian() noexcept {
    Integer value = 0;
    int shift = 0;
    for (const std::byte b : bytes(sizeof(Integer))) {
      value = static_cast<Integer>(value | (std::to_integer<std::uint64_t>(b) << shift));
      shift += 8;
    }
    return value;
  }

  ByteView m_rest;
  bool m_isOk = true;
};

}  // namespace berth::tunnel::wire

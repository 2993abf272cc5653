// Checked writing into memory of the caller: the twin of Reader. A write that does not fit writes nothing and marks the
// writer as failed for good.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/Bytes.h"

namespace berth::tunnel::wire {

class Writer {
 public:
  explicit constexpr Writer(ByteSpan out) noexcept : m_out(out) {}

  void u8(std::uint8_t value) noexcept { writeBigEndian(value, 1); }
  void u16be(std::uint16_t value) noexcept { writeBigEndian(value, 2); }
  void u32be(std::uint32_t value) noexcept { writeBigEndian(value, 4); }
  void u64be(std::uint64_t value) noexcept { writeBigEndian(value, 8); }
  void u32le(std::uint32_t value) noexcept { writeLittleEndian(value, 4); }
  void u64le(std::uint64_t value) noexcept { writeLittleEndian(value, 8); }
  void bytes(ByteView data) noexcept { std::ranges::copy(data, reserve(data.size()).begin()); }
  void zeros(std::size_t count) noexcept { std::ranges::fill(reserve(count), std::byte{0}); }

  // The next `count` bytes for the caller to fill; empty if they do not fit.
  ByteSpan reserve(std::size_t count) noexcept {
    if (count > m_out.size() - m_used) {
      m_isOk = false;
      return {};
    }
    const ByteSpan place = m_out.subspan(m_used, count);
    m_used += count;
    return place;
  }

  bool isOk() const noexcept { return m_isOk; }
  std::size_t size() const noexcept { return m_used; }
  ByteSpan written() const noexcept { return m_out.first(m_used); }

 private:
  void writeBigEndian(std::uint64_t value, int width) noexcept {
    int shift = 8 * width;
    for (std::byte& b : reserve(static_cast<std::size_t>(width))) b = static_cast<std::byte>(value >> (shift -= 8));
  }
  void writeLittleEndian(std::uint64_t value, int width) noexcept {
    for (std::byte& b : reserve(static_cast<std::size_t>(width))) {
      b = static_cast<std::byte>(value);
      value >>= 8;
    }
  }

  ByteSpan m_out;
  std::size_t m_used = 0;
  bool m_isOk = true;
};

}  // namespace berth::tunnel::wire

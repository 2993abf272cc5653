#include "tunnel/noise/ReplayWindow.h"

#include <algorithm>

#include "tunnel/noise/Constants.h"

namespace berth::tunnel::noise {

bool ReplayWindow::accept(std::uint64_t counter) noexcept {
  if (counter >= kRejectAfterMessages) return false;
  const std::uint64_t word = counter / kBitsPerWord;
  if (counter > m_highest) {
    const std::uint64_t highestWord = m_highest / kBitsPerWord;
    const std::uint64_t fresh = std::min(word - highestWord, kWords);
    for (std::uint64_t i = 1; i <= fresh; ++i) m_ring[(highestWord + i) % kWords] = 0;
    m_highest = counter;
  } else if (m_highest - counter > kSize) {
    return false;
  }
  std::uint64_t& bits = m_ring[word % kWords];
  const std::uint64_t bit = std::uint64_t{1} << (counter % kBitsPerWord);
  if ((bits & bit) != 0) return false;
  bits |= bit;
  return true;
}

}  // namespace berth::tunnel::noise

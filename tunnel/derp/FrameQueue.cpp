#include "tunnel/derp/FrameQueue.h"

namespace berth::tunnel::derp {

std::size_t FrameQueue::push(FrameType type, ByteView head, ByteView body) {
  const std::size_t size = kFrameHeaderSize + head.size() + body.size();
  std::size_t dropped = 0;
  while (!isEmpty() && (frameCount() >= m_maxFrames || byteCount() + size > m_maxBytes)) {
    dropOldest();
    ++dropped;
  }
  compact();
  appendFrame(m_data, type, head, body);
  m_sizes.push_back(static_cast<std::uint32_t>(size));
  return dropped;
}

void FrameQueue::takeInto(Bytes& out, std::size_t maxBytes) {
  std::size_t taken = 0;
  while (!isEmpty()) {
    const std::size_t size = m_sizes.front();
    if (out.size() + taken > 0 && out.size() + taken + size > maxBytes) break;
    taken += size;
    m_sizes.pop_front();
  }
  const auto first = m_data.begin() + static_cast<std::ptrdiff_t>(m_begin);
  out.insert(out.end(), first, first + static_cast<std::ptrdiff_t>(taken));
  m_begin += taken;
  compact();
}

void FrameQueue::dropOldest() {
  m_begin += m_sizes.front();
  m_sizes.pop_front();
}

// Moves what is left to the front once that is the smaller part, so each byte moves once at most on average.
void FrameQueue::compact() {
  if (m_begin < m_data.size() - m_begin) return;
  m_data.erase(m_data.begin(), m_data.begin() + static_cast<std::ptrdiff_t>(m_begin));
  m_begin = 0;
}

}  // namespace berth::tunnel::derp

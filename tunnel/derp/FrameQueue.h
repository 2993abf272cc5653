// Frames that wait to be written: one flat buffer, so that many go out in one write, and bounded: the oldest frames
// make room for new ones. No allocation per frame.
#pragma once

#include <deque>

#include "tunnel/derp/Frame.h"

namespace berth::tunnel::derp {

class FrameQueue {
 public:
  FrameQueue(std::size_t maxFrames, std::size_t maxBytes) : m_maxFrames(maxFrames), m_maxBytes(maxBytes) {}

  // How many older frames were dropped for it.
  std::size_t push(FrameType type, ByteView head, ByteView body = {});

  // Appends whole frames to `out`, oldest first, until it has `maxBytes` or the queue is empty; at least one.
  void takeInto(Bytes& out, std::size_t maxBytes);

  bool isEmpty() const noexcept { return m_sizes.empty(); }
  std::size_t frameCount() const noexcept { return m_sizes.size(); }
  std::size_t byteCount() const noexcept { return m_data.size() - m_begin; }

 private:
  void dropOldest();
  void compact();

  std::size_t m_maxFrames;
  std::size_t m_maxBytes;
  Bytes m_data;
  std::size_t m_begin = 0;
  std::deque<std::uint32_t> m_sizes;  // of the frames from m_begin on
};

}  // namespace berth::tunnel::derp

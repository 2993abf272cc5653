// The tunnel's UDP socket of one address family: datagrams in batches, with segmentation offload (UDP_SEGMENT,
// UDP_GRO) where the kernel has it and sendmmsg() where not (reference/performance.md 2). In system calls, since Asio
// knows neither. No allocation and no copy of its own in either direction.
//
// Datagrams carry don't-fragment: one that is too large for its path is lost, so that discovery finds out
// (reference/tailnet.md 2.10).
#pragma once

#include <memory>

#include "core/base/Error.h"
#include "core/base/Task.h"
#include "tunnel/wire/Address.h"

namespace berth::tunnel::link {

enum class Family { V4, V6 };
inline Family familyOf(const wire::Endpoint& endpoint) noexcept {
  return wire::isV4Mapped(endpoint.address) ? Family::V4 : Family::V6;
}

// Calls come on the socket's executor; each may close or destroy the socket.
class BatchSocketUser {
 public:
  virtual ~BatchSocketUser() = default;
  // Valid during the call, and the user's to change.
  virtual void onDatagram(const wire::Endpoint& source, ByteSpan datagram) = 0;
  virtual void onDatagramsEnd() = 0;  // after those of one wake-up
  virtual void onRoom() = 0;          // after a send() that took less than all
};

class BatchSocket {
 public:
  static constexpr std::size_t kMaxBatchSegments = 64;   // UDP_MAX_SEGMENTS of older kernels
  static constexpr std::size_t kMaxBatchBytes = 65'000;  // a little below what one IP packet could carry
  enum class Offload { WherePossible, Off };

  // On every address of the machine. `port` is a wish: when it is taken the kernel chooses another; 0 leaves it to the
  // kernel. Unavailable for a family that the machine does not have. `user` outlives the socket.
  static Result<std::unique_ptr<BatchSocket>> open(const asio::any_io_executor& executor, Family family,
                                                   std::uint16_t port, BatchSocketUser& user,
                                                   Offload offload = Offload::WherePossible);
  ~BatchSocket();  // close()
  BatchSocket(const BatchSocket&) = delete;
  BatchSocket& operator=(const BatchSocket&) = delete;

  std::uint16_t port() const noexcept;

  // One or more datagrams to one destination: cut after each `segmentSize` bytes, the last may be shorter; at most
  // kMaxBatchSegments and kMaxBatchBytes. Gives how many bytes were taken, whole datagrams; less than all means that
  // there is no room now, and onRoom() follows. What the network refuses counts as taken: it is lost.
  std::size_t send(const wire::Endpoint& to, ByteView datagrams, std::size_t segmentSize);

  // No call to the user follows. May be called twice.
  void close() noexcept;

 private:
  class Impl;
  explicit BatchSocket(std::shared_ptr<Impl> impl) : m_impl(std::move(impl)) {}
  std::shared_ptr<Impl> m_impl;
};

}  // namespace berth::tunnel::link

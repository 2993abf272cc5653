// One TCP connection of the netstack, and the Stream over it.
//
// A TcpConnection is lwIP's pcb with what coroutines need around it: received packets that wait to be read (bounded by
// the receive window, which moves on only as the reader takes bytes) and two things to wait for. It outlives its
// TcpStream while a read or write of it is suspended. All on the netstack's loop.
#pragma once

#include <deque>

#include "core/base/Notifier.h"
#include "core/base/Stream.h"
#include "tunnel/netstack/Stack.h"

struct tcp_pcb;
struct pbuf;

namespace berth::tunnel::netstack {

class TcpConnection : public std::enable_shared_from_this<TcpConnection> {
 public:
  TcpConnection(std::shared_ptr<Stack> stack, const asio::any_io_executor& executor, tcp_pcb* pcb);
  ~TcpConnection();
  TcpConnection(const TcpConnection&) = delete;
  TcpConnection& operator=(const TcpConnection&) = delete;

  // The handshake is complete; called from lwIP's callbacks.
  void onEstablished();
  // Waits for onEstablished() after tcp_connect(). Unavailable when the peer refuses, Timeout when it is silent.
  Task<Result<void>> waitUntilConnected();

  Task<Result<std::size_t>> read(ByteSpan buffer);
  Task<Result<void>> write(ByteView data);
  Result<void> closeWrite();
  // Sends what was written and the FIN; a reset instead when received data was not read. lwIP finishes by itself.
  void close() noexcept;

  void setKeepalive(std::chrono::milliseconds idle);

 private:
  struct Callbacks;

  std::size_t takeReceived(ByteSpan buffer);
  void openWindow(std::size_t taken);
  std::size_t writeRoom() const;
  std::size_t queue(ByteView data);  // as much as there is room for
  void detach() noexcept;
  void dropReceived() noexcept;

  std::shared_ptr<Stack> m_stack;
  tcp_pcb* m_pcb;  // null once lwIP has let go of it or we have
  Notifier m_readable;
  Notifier m_writable;
  std::deque<pbuf*> m_received;
  std::size_t m_frontTaken = 0;  // bytes of the first one that were read
  std::size_t m_initialWindow;
  std::size_t m_window;  // receive window allowed to this connection
  std::size_t m_readSinceGrowth = 0;
  TimePoint m_grownAt{};
  std::optional<Error> m_error;  // why the pcb is gone, unless in good order
  bool m_isEstablished = false;
  bool m_isReadEnded = false;    // FIN received
  bool m_isWriteClosed = false;  // FIN sent or queued
  bool m_isClosed = false;       // by close()
};

// The owner of a connection; closes it when destroyed.
std::unique_ptr<Stream> makeTcpStream(std::shared_ptr<TcpConnection> connection, asio::any_io_executor executor);

}  // namespace berth::tunnel::netstack

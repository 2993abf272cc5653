// Many byte streams over one (yamux, reference/tailnet.md 4.6). The side that dialled is the client.
//
// All calls are made on the transport's executor. A session ends when its transport ends, when the peer breaks the
// protocol or stops answering pings, or by close(); then every stream's calls fail with ConnectionLost (data that
// arrived before can still be read). No go away frame is sent: the transport is just closed, as stock peers do.
#pragma once

#include <chrono>
#include <memory>

#include "core/base/Stream.h"
#include "core/rpc/YamuxFrame.h"

namespace berth::rpc {

struct YamuxOptions {
  std::chrono::milliseconds keepAliveInterval{30'000};  // a ping each; zero for none
  std::chrono::milliseconds pingTimeout{10'000};        // an unanswered keepalive ends the session
  std::chrono::milliseconds writeTimeout{10'000};       // a frame not taken by the transport fails its stream
  std::chrono::milliseconds openTimeout{75'000};        // a SYN without ACK ends the session
  std::chrono::milliseconds closeTimeout{300'000};      // a FIN without the peer's becomes a reset
  std::size_t backlog = 256;      // streams without ACK: the opener waits, the accepting side resets more
  std::size_t maxStreams = 4096;  // at a time; a SYN over it is reset
};

class YamuxSession {
 public:
  enum class Role { Client, Server };

  // Begins reading and pinging at once.
  YamuxSession(std::unique_ptr<Stream> transport, Role role, YamuxOptions options = {});
  ~YamuxSession();  // close()
  YamuxSession(const YamuxSession&) = delete;
  YamuxSession& operator=(const YamuxSession&) = delete;

  // A new stream, usable at once (before the peer's ACK). Unavailable after the peer's go away. The stream may outlive
  // the session object. Its close() sends FIN and drops what the peer still sends.
  Task<Result<std::unique_ptr<Stream>>> open();

  // The peer's next stream. ACKs it, so call this promptly and always.
  Task<Result<std::unique_ptr<Stream>>> accept();

  // Round trip; Timeout after options.pingTimeout (which does not end the session by itself).
  Task<Result<std::chrono::nanoseconds>> ping();

  // Waits until the session has ended, and says why: EndOfStream when the peer closed the transport, Cancelled after
  // close().
  Task<Error> ended();
  bool isEnded() const noexcept;

  std::size_t streamCount() const noexcept;

  // Ends the session and everything on it. May be called twice.
  void close() noexcept;

  asio::any_io_executor executor();

 private:
  class Core;
  class YamuxStream;
  std::shared_ptr<Core> m_core;
};

}  // namespace berth::rpc

// libssh2 without its socket: what it reads comes from a Stream, what it writes goes there.
#pragma once

#include <libssh2.h>

#include <functional>
#include <memory>
#include <optional>

#include "core/base/Notifier.h"
#include "core/base/Stream.h"

namespace berth::cli {

// Lives in a shared_ptr, because its pumps outlive the call that ends the session.
class Ssh2Link : public std::enable_shared_from_this<Ssh2Link> {
 public:
  explicit Ssh2Link(std::shared_ptr<Stream> stream);
  ~Ssh2Link();
  Ssh2Link(const Ssh2Link&) = delete;
  Ssh2Link& operator=(const Ssh2Link&) = delete;

  void start();
  void close() noexcept;

  LIBSSH2_SESSION* session() noexcept { return m_session; }
  int placeholder() const noexcept { return m_placeholder; }  // libssh2 wants a descriptor to look at

  // Calls a libssh2 function until it is done with what it waits for; its result, or LIBSSH2_ERROR_SOCKET_DISCONNECT.
  Task<int> attempt(std::function<int()> call);
  // Until more bytes came in; false when the connection is over.
  Task<bool> waitForInput();
  // Hands what libssh2 wrote to the stream.
  void flush();
  // While more than a little waits to be sent.
  Task<void> waitForRoom();
  bool isOver() const noexcept { return m_isOver; }
  // Why the connection ended, where that is known to be no good order.
  const std::optional<Error>& failure() const noexcept { return m_failure; }
  // Makes everybody who waits for input look again.
  void wake() noexcept { m_inputArrived.notify(); }
  asio::any_io_executor executor() { return m_stream->executor(); }

  // Called on the loop with each channel that the peer opens to ask the authentication agent; the handler owns it.
  void setOnAgentChannel(std::function<void(LIBSSH2_CHANNEL*)> handler);

  // "what: libssh2's own words"
  Error error(std::string_view what) const;

 private:
  static ssize_t onReceive(libssh2_socket_t, void* buffer, size_t length, int, void** abstract);
  static ssize_t onSend(libssh2_socket_t, const void* buffer, size_t length, int, void** abstract);
  static void onAgentChannel(LIBSSH2_SESSION*, LIBSSH2_CHANNEL* channel, void** abstract);
  static Task<void> readAll(std::shared_ptr<Ssh2Link> self);
  static Task<void> writeAll(std::shared_ptr<Ssh2Link> self);

  std::shared_ptr<Stream> m_stream;
  LIBSSH2_SESSION* m_session = nullptr;
  int m_placeholder = -1;
  Bytes m_input;
  std::size_t m_inputUsed = 0;
  Bytes m_output;
  bool m_isOver = false;
  std::optional<Error> m_failure;
  std::function<void(LIBSSH2_CHANNEL*)> m_onAgentChannel;
  Notifier m_inputArrived;
  Notifier m_inputTaken;
  Notifier m_outputChanged;
};

}  // namespace berth::cli

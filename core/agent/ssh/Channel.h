// A channel of an SSH connection, joined to descriptors: what comes from the peer goes into a sink, what sources give
// goes to the peer, both with back-pressure and half-close.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <string>

#include "core/agent/ssh/Connection.h"

namespace berth::agent::ssh {

using Descriptor = asio::posix::stream_descriptor;

class Channel : public std::enable_shared_from_this<Channel> {
 public:
  Channel(std::shared_ptr<Connection> connection, ssh_channel handle);
  virtual ~Channel() = default;

  // The connection ends or the peer closed the channel: lets go of libssh's object and of the descriptors.
  void detach();

  // Closes the channel in good order and takes it from the connection.
  void finish();

  // A request that is meant for this channel (RFC 4254 6); answered by it.
  virtual void onRequest(MessageHandle message);

 protected:
  enum class SinkEnd { Close, ShutDown, Keep };

  // From now on input goes to `sink` (non-blocking), which gets `end` when the peer sends no more.
  void attachSink(Descriptor& sink, SinkEnd end);
  // Until the source ends (true) or the channel does.
  Task<bool> pumpOutput(Descriptor& source, bool isErrorOutput);
  // Text for the peer, as far as its window goes.
  void say(std::string_view text, bool isErrorOutput);
  void sendEof();

  virtual void onDetached() = 0;
  virtual void onSignal(std::string_view) {}
  // The peer has closed the channel, but not all that it sent has reached the sink: true to go on until it has.
  virtual bool deliversAfterClose() const { return false; }
  // auth-agent-req@openssh.com; called from libssh, so only to be noted.
  virtual void onAgentRequest() {}
  // The sink has got all that the peer sent; called from libssh, so only to be noted or posted.
  virtual void onSinkEnded() {}

  bool hasSinkEnded() const noexcept { return m_hasInputEnded && m_sink == nullptr; }
  bool isDetached() const noexcept { return m_handle == nullptr; }
  Connection& connection() noexcept { return *m_connection; }
  std::shared_ptr<Connection> sharedConnection() const { return m_connection; }
  ssh_channel handle() const noexcept { return m_handle; }

 private:
  std::uint32_t takeInput(ByteView data);
  void waitForSink();
  void drainInput();
  void endSink();
  void onPeerClosed();

  std::shared_ptr<Connection> m_connection;
  ssh_channel m_handle;
  ssh_channel_callbacks_struct m_callbacks{};
  Descriptor* m_sink = nullptr;
  SinkEnd m_sinkEnd = SinkEnd::Close;
  Bytes m_unwritten;  // taken from libssh, not yet by the sink
  bool m_waitsForSink = false;
  bool m_isSinkBroken = false;
  bool m_hasInputEnded = false;
  bool m_finishesAfterInput = false;
};

}  // namespace berth::agent::ssh

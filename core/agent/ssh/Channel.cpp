#include "core/agent/ssh/Channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace berth::agent::ssh {

namespace {

constexpr std::size_t kChunk = 128 * 1024;

// One buffer serves all channels: nothing waits while it is in use.
ByteSpan scratch() {
  static Bytes buffer(kChunk);
  return buffer;
}

Channel& channelOf(void* userData) { return *static_cast<Channel*>(userData); }

}  // namespace

Channel::Channel(std::shared_ptr<Connection> connection, ssh_channel handle)
    : m_connection(std::move(connection)), m_handle(handle) {
  m_callbacks.userdata = this;
  m_callbacks.channel_data_function = [](ssh_session, ssh_channel, void* data, std::uint32_t length, int, void* user) {
    return static_cast<int>(channelOf(user).takeInput({static_cast<const std::byte*>(data), length}));
  };
  m_callbacks.channel_eof_function = [](ssh_session, ssh_channel, void* user) {
    Channel& channel = channelOf(user);
    channel.m_hasInputEnded = true;
    if (!channel.m_waitsForSink) channel.endSink();
  };
  m_callbacks.channel_close_function = [](ssh_session, ssh_channel, void* user) {
    asio::post(channelOf(user).m_connection->executor(),
               [channel = channelOf(user).shared_from_this()] { channel->onPeerClosed(); });
  };
  m_callbacks.channel_signal_function = [](ssh_session, ssh_channel, const char* name, void* user) {
    channelOf(user).onSignal(name);
  };
  m_callbacks.channel_auth_agent_req_function = [](ssh_session, ssh_channel, void* user) {
    channelOf(user).onAgentRequest();
  };
  ssh_callbacks_init(&m_callbacks);
  ssh_set_channel_callbacks(m_handle, &m_callbacks);
}

void Channel::detach() {
  if (m_handle == nullptr) return;
  ssh_remove_channel_callbacks(m_handle, &m_callbacks);
  m_handle = nullptr;
  m_sink = nullptr;
  onDetached();
}

void Channel::onRequest(MessageHandle message) { ssh_message_reply_default(message.get()); }

void Channel::attachSink(Descriptor& sink, SinkEnd end) {
  m_sink = &sink;
  m_sinkEnd = end;
  drainInput();
}

// Called by libssh with all that it has for us; takes what the sink takes at once.
std::uint32_t Channel::takeInput(ByteView data) {
  if (m_isSinkBroken) return static_cast<std::uint32_t>(data.size());
  if (m_sink == nullptr || m_waitsForSink) return 0;
  const ssize_t count = ::write(m_sink->native_handle(), data.data(), data.size());
  if (count < 0 && errno != EAGAIN && errno != EINTR) {
    m_isSinkBroken = true;  // the program reads no more; what still comes is dropped, as a pipe would
    return static_cast<std::uint32_t>(data.size());
  }
  const auto taken = static_cast<std::uint32_t>(std::max<ssize_t>(count, 0));
  if (taken < data.size()) waitForSink();
  return taken;
}

void Channel::waitForSink() {
  m_waitsForSink = true;
  m_sink->async_wait(Descriptor::wait_write, [self = shared_from_this()](const boost::system::error_code& error) {
    self->m_waitsForSink = false;
    if (error) self->m_isSinkBroken = true;
    self->drainInput();
  });
}

void Channel::drainInput() {
  while (m_handle != nullptr && m_sink != nullptr && !m_waitsForSink) {
    if (m_unwritten.empty()) {
      const ByteSpan buffer = scratch();
      const int count = ssh_channel_read_nonblocking(m_handle, buffer.data(), kChunk, 0);
      m_connection->scheduleDrive();
      if (count <= 0) break;
      m_unwritten.assign(buffer.begin(), buffer.begin() + count);
    }
    const auto taken = static_cast<std::ptrdiff_t>(takeInput(m_unwritten));
    m_unwritten.erase(m_unwritten.begin(), m_unwritten.begin() + taken);
  }
  if (m_hasInputEnded && !m_waitsForSink) endSink();
}

void Channel::endSink() {
  if (m_sink == nullptr) return;
  if (m_sinkEnd == SinkEnd::ShutDown) ::shutdown(m_sink->native_handle(), SHUT_WR);
  if (m_sinkEnd == SinkEnd::Close) {
    boost::system::error_code ignored;
    m_sink->close(ignored);
  }
  m_sink = nullptr;
  onSinkEnded();
  if (m_finishesAfterInput) asio::post(m_connection->executor(), [self = shared_from_this()] { self->finish(); });
}

void Channel::onPeerClosed() {
  if (m_handle == nullptr) return;
  const bool hasMore = m_waitsForSink || !m_unwritten.empty() || ssh_channel_poll(m_handle, 0) > 0;
  if (!hasMore || !deliversAfterClose()) return finish();
  m_hasInputEnded = m_finishesAfterInput = true;  // not every client ends its input before it closes
  drainInput();
}

Task<bool> Channel::pumpOutput(Descriptor& source, bool isErrorOutput) {
  Bytes rest;
  while (true) {
    if (m_handle == nullptr) co_return false;
    const std::size_t room = m_connection->writable(m_handle);
    if (room == 0) {
      co_await m_connection->waitWritable();
      continue;
    }
    if (!rest.empty()) {
      const auto sent = m_connection->write(m_handle, ByteView(rest).first(std::min(room, rest.size())), isErrorOutput);
      if (!sent) co_return false;
      rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(*sent));
      if (*sent == 0) co_await m_connection->waitWritable();  // a key exchange goes on
      continue;
    }
    const ByteSpan buffer = scratch().first(std::min(room, kChunk));
    const ssize_t count = ::read(source.native_handle(), buffer.data(), buffer.size());
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) co_return true;  // EIO is a terminal's end
    if (count < 0) {
      boost::system::error_code error;
      co_await source.async_wait(Descriptor::wait_read, asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return false;
      continue;
    }
    const auto sent = m_connection->write(m_handle, buffer.first(static_cast<std::size_t>(count)), isErrorOutput);
    if (!sent) co_return false;
    rest.assign(buffer.begin() + static_cast<std::ptrdiff_t>(*sent), buffer.begin() + count);
    co_await asio::post(m_connection->executor(), asio::use_awaitable);  // others get their turn
  }
}

void Channel::say(std::string_view text, bool isErrorOutput) {
  if (m_handle == nullptr) return;
  const std::size_t room = std::min(text.size(), m_connection->writable(m_handle));
  if (room > 0) (void)m_connection->write(m_handle, asBytes(text.substr(0, room)), isErrorOutput);
}

void Channel::sendEof() {
  if (m_handle == nullptr) return;
  ssh_channel_send_eof(m_handle);
  m_connection->scheduleDrive();
}

void Channel::finish() {
  if (m_handle == nullptr) return;
  const ssh_channel handle = m_handle;
  const auto self = shared_from_this();
  detach();
  m_connection->remove(handle);
}

}  // namespace berth::agent::ssh

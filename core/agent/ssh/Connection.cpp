#include "core/agent/ssh/Connection.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>

#include "core/agent/ssh/AgentSocket.h"
#include "core/agent/ssh/Forward.h"
#include "core/agent/ssh/SessionChannel.h"
#include "core/base/Log.h"

namespace berth::agent::ssh {

namespace {

constexpr int kSocketBuffer = 256 * 1024;  // what may wait between libssh and the stream, each way
constexpr std::size_t kPumpChunk = 64 * 1024;
constexpr std::size_t kMaxChannels = 1024;
constexpr int kProbesPerTimeout = 3;  // reference/agent-and-ide.md 2.1

}  // namespace

Connection::Connection(std::shared_ptr<Server::State> server, std::unique_ptr<Stream> stream)
    : m_server(std::move(server)),
      m_executor(stream->executor()),
      m_stream(std::move(stream)),
      m_libraryEnd(m_executor),
      m_pumpEnd(m_executor),
      m_writable(m_executor),
      m_probeTimer(m_executor) {}

Connection::~Connection() { close(); }

Result<void> Connection::open() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    return fail(errnoError(errno, "make a socket pair"));
  for (const int end : ends) ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof kSocketBuffer);
  m_pumpEnd.assign(asio::local::stream_protocol(), ends[1]);
  // libssh owns and closes its descriptor; waiting is done on a second one for the same socket, so that the number
  // that is registered with the event loop stays ours.
  const int second = ::fcntl(ends[0], F_DUPFD_CLOEXEC, 3);
  if (second < 0) {
    ::close(ends[0]);
    return fail(errnoError(errno, "duplicate a socket"));
  }
  m_libraryEnd.assign(second);
  m_session.reset(ssh_new());
  if (m_session == nullptr || ssh_bind_accept_fd(m_server->bind.get(), m_session.get(), ends[0]) != SSH_OK) {
    if (m_session == nullptr) ::close(ends[0]);
    return fail(ErrorCode::Internal, std::string("set up an SSH session: ") + ssh_get_error(m_server->bind.get()));
  }
  ssh_set_blocking(m_session.get(), 0);
  ::fcntl(second, F_SETFL, O_RDWR | O_NONBLOCK);  // libssh has made it blocking
  if (ssh_handle_key_exchange(m_session.get()) == SSH_ERROR)
    return fail(ErrorCode::Internal, std::string("begin the SSH handshake: ") + ssh_get_error(m_session.get()));
  return {};
}

Task<void> Connection::run() {
  const auto self = shared_from_this();
  if (const auto opened = open(); !opened) {
    log::error("ssh: {}", opened.error().message());
    close();
    co_return;
  }
  m_lastReceivedAt = std::chrono::steady_clock::now();
  asio::co_spawn(m_executor, pumpIn(self), asio::detached);
  asio::co_spawn(m_executor, probe(self), asio::detached);
  scheduleDrive();
  co_await pumpOut();
  close();
}

// Stream to libssh.
Task<void> Connection::pumpIn(std::shared_ptr<Connection> self) {
  Bytes buffer(kPumpChunk);
  while (true) {
    const auto count = co_await self->m_stream->readSome(buffer);
    if (!count) break;
    self->m_lastReceivedAt = std::chrono::steady_clock::now();
    boost::system::error_code error;
    co_await asio::async_write(self->m_pumpEnd, asio::buffer(buffer.data(), *count),
                               asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
  }
  boost::system::error_code ignored;
  self->m_pumpEnd.shutdown(asio::socket_base::shutdown_send, ignored);
}

// libssh to stream, until libssh has closed its end.
Task<void> Connection::pumpOut() {
  Bytes buffer(kPumpChunk);
  while (!m_isClosed) {
    boost::system::error_code error;
    const std::size_t count = co_await m_pumpEnd.async_read_some(asio::buffer(buffer.data(), buffer.size()),
                                                                 asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
    if (!co_await m_stream->write(ByteView(buffer).first(count))) break;
  }
}

// A peer that is silent for too long is asked for a sign of life; one that gives none is gone, as is one that does not
// come to the end of its login.
Task<void> Connection::probe(std::shared_ptr<Connection> self) {
  const auto timeout = self->m_server->options.maxTimeout;
  const std::chrono::steady_clock::duration interval = timeout / kProbesPerTimeout;
  while (!self->m_isClosed) {
    self->m_probeTimer.expires_after(self->m_isLoggedIn ? interval : self->m_server->options.loginTime);
    boost::system::error_code error;
    co_await self->m_probeTimer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error || self->m_isClosed || self->m_isDisconnected) break;
    if (!self->m_isLoggedIn) {
      self->close();
      break;
    }
    const auto silence = std::chrono::steady_clock::now() - self->m_lastReceivedAt;
    if (silence < interval) continue;
    if (silence >= timeout) {
      log::info("ssh: a client has been silent for too long");
      self->close();
      break;
    }
    ssh_send_ignore(self->session(), "berth");
    self->scheduleDrive();
  }
}

void Connection::scheduleDrive() {
  if (m_isDriveScheduled || m_isClosed) return;
  m_isDriveScheduled = true;
  asio::post(m_executor, [self = shared_from_this()] { self->drive(); });
}

void Connection::drive() {
  m_isDriveScheduled = false;
  if (m_isClosed || m_isDisconnected) return;
  // Takes in what the socket has (up to one read of libssh's for each call) and sends what waits.
  while (MessageHandle message{ssh_message_get(m_session.get())}) {
    handle(std::move(message));
    if (m_isClosed || m_isDisconnected) return;
  }
  m_writable.notify();
  if ((ssh_get_status(m_session.get()) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0) return disconnect();
  arm();
}

void Connection::arm() {
  if (!m_waitsForReading) {
    m_waitsForReading = true;
    m_libraryEnd.async_wait(asio::posix::descriptor_base::wait_read,
                            [self = shared_from_this()](const boost::system::error_code& error) {
                              self->m_waitsForReading = false;
                              if (!error) self->drive();
                            });
  }
  if (!m_waitsForWriting && (ssh_get_status(m_session.get()) & SSH_WRITE_PENDING) != 0) {
    m_waitsForWriting = true;
    m_libraryEnd.async_wait(asio::posix::descriptor_base::wait_write,
                            [self = shared_from_this()](const boost::system::error_code& error) {
                              self->m_waitsForWriting = false;
                              if (!error) self->drive();
                            });
  }
}

void Connection::handle(MessageHandle message) {
  switch (ssh_message_type(message.get())) {
    case SSH_REQUEST_SERVICE: ssh_message_service_reply_success(message.get()); return;
    case SSH_REQUEST_AUTH:
      m_isLoggedIn = true;
      ssh_message_auth_reply_success(message.get(), 0);
      return;
    case SSH_REQUEST_CHANNEL_OPEN: return handleChannelOpen(std::move(message));
    case SSH_REQUEST_CHANNEL: return handleChannelRequest(std::move(message));
    case SSH_REQUEST_GLOBAL: return handleGlobalRequest(std::move(message));
    default: ssh_message_reply_default(message.get());
  }
}

void Connection::handleChannelOpen(MessageHandle message) {
  const int type = ssh_message_subtype(message.get());
  const bool isAllowed = m_channels.size() < kMaxChannels && !m_server->isStopping;
  if (type == SSH_CHANNEL_SESSION && isAllowed) {
    if (const ssh_channel handle = ssh_message_channel_request_open_reply_accept(message.get()))
      m_channels.emplace(handle, std::make_shared<SessionChannel>(shared_from_this(), handle));
    return;
  }
  if (type == SSH_CHANNEL_DIRECT_TCPIP && isAllowed && !m_server->options.blocksLocalForwarding) {
    asio::co_spawn(m_executor, openForward(shared_from_this(), std::move(message)), asio::detached);
    return;
  }
  ssh_message_reply_default(message.get());
}

Task<void> Connection::openForward(std::shared_ptr<Connection> self, MessageHandle message) {
  std::string host = ssh_message_channel_request_open_destination(message.get());
  const auto port = static_cast<std::uint16_t>(ssh_message_channel_request_open_destination_port(message.get()));
  auto socket = co_await connectTo(self->m_executor, std::move(host), port);
  if (self->m_isClosed || self->m_isDisconnected) co_return;
  self->scheduleDrive();
  if (!socket) {
    log::debug("ssh forward: {}", socket.error().message());
    ssh_message_reply_default(message.get());
    co_return;
  }
  const ssh_channel handle = ssh_message_channel_request_open_reply_accept(message.get());
  if (handle == nullptr) co_return;
  const auto channel = std::make_shared<ForwardChannel>(self, handle, std::move(*socket));
  self->m_channels.emplace(handle, channel);
  co_await ForwardChannel::run(channel);
}

void Connection::handleChannelRequest(MessageHandle message) {
  const auto found = m_channels.find(ssh_message_channel_request_channel(message.get()));
  if (found == m_channels.end()) {
    ssh_message_reply_default(message.get());
    return;
  }
  const auto channel = found->second;
  channel->onRequest(std::move(message));
}

void Connection::handleGlobalRequest(MessageHandle message) {
  const int type = ssh_message_subtype(message.get());
  if (type == SSH_GLOBAL_REQUEST_TCPIP_FORWARD && !m_server->options.blocksReverseForwarding)
    return startListening(message.get());
  if (type == SSH_GLOBAL_REQUEST_CANCEL_TCPIP_FORWARD) return stopListening(message.get());
  ssh_message_reply_default(message.get());
}

void Connection::startListening(ssh_message message) {
  auto listener = Listener::open(m_executor, ssh_message_global_request_address(message),
                                 static_cast<std::uint16_t>(ssh_message_global_request_port(message)));
  if (!listener) {
    log::info("ssh reverse forward: {}", listener.error().message());
    ssh_message_reply_default(message);
    return;
  }
  ssh_message_global_request_reply_success(message, (*listener)->port());
  m_listeners.push_back(*listener);
  asio::co_spawn(m_executor, acceptForPeer(shared_from_this(), *listener), asio::detached);
}

void Connection::stopListening(ssh_message message) {
  const std::string address = ssh_message_global_request_address(message);
  const int port = ssh_message_global_request_port(message);
  const auto found = std::ranges::find_if(
      m_listeners, [&](const auto& listener) { return listener->address() == address && listener->port() == port; });
  if (found == m_listeners.end()) {
    ssh_message_reply_default(message);
    return;
  }
  (*found)->close();
  m_listeners.erase(found);
  ssh_message_global_request_reply_success(message, 0);
}

Task<void> Connection::acceptForPeer(std::shared_ptr<Connection> self, std::shared_ptr<Listener> listener) {
  while (true) {
    boost::system::error_code error;
    auto socket = co_await listener->acceptor().async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error || self->m_isClosed || self->m_isDisconnected) break;
    const auto origin = socket.remote_endpoint(error);
    Opener open = [listener, host = origin.address().to_string(), port = origin.port()](ssh_channel channel) {
      return ssh_channel_open_reverse_forward(channel, listener->address().c_str(), listener->port(), host.c_str(),
                                              port);
    };
    asio::co_spawn(self->m_executor, offerToPeer(self, takeDescriptor(std::move(socket)), std::move(open)),
                   asio::detached);
  }
}

void Connection::serveAgent(std::shared_ptr<AgentSocket> socket) {
  asio::co_spawn(m_executor, acceptForAgent(shared_from_this(), std::move(socket)), asio::detached);
}

Task<void> Connection::acceptForAgent(std::shared_ptr<Connection> self, std::shared_ptr<AgentSocket> agent) {
  while (true) {
    boost::system::error_code error;
    auto socket = co_await agent->acceptor().async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error || self->m_isClosed || self->m_isDisconnected) break;
    asio::co_spawn(self->m_executor, offerToPeer(self, takeDescriptor(std::move(socket)), &ssh_channel_open_auth_agent),
                   asio::detached);
  }
}

Task<void> Connection::offerToPeer(std::shared_ptr<Connection> self, Descriptor socket, Opener open) {
  const ssh_channel handle = self->m_channels.size() < kMaxChannels ? ssh_channel_new(self->session()) : nullptr;
  if (handle == nullptr) co_return;
  const auto channel = std::make_shared<ForwardChannel>(self, handle, std::move(socket));
  self->m_channels.emplace(handle, channel);
  while (true) {
    const int answer = open(handle);
    self->scheduleDrive();
    if (answer == SSH_OK) break;
    if (answer != SSH_AGAIN) {
      channel->finish();
      co_return;
    }
    co_await self->waitWritable();
    if (self->m_isClosed || self->m_isDisconnected) co_return;
  }
  co_await ForwardChannel::run(channel);
}

std::size_t Connection::writable(ssh_channel channel) {
  if (m_isClosed || m_isDisconnected) return 0;
  if ((ssh_get_status(m_session.get()) & SSH_WRITE_PENDING) != 0) return 0;
  return ssh_channel_window_size(channel);
}

Task<void> Connection::waitWritable() { co_await m_writable.wait(); }

Result<std::size_t> Connection::write(ssh_channel channel, ByteView data, bool isErrorOutput) {
  const auto length = static_cast<std::uint32_t>(data.size());
  const int sent = isErrorOutput ? ssh_channel_write_stderr(channel, data.data(), length)
                                 : ssh_channel_write(channel, data.data(), length);
  scheduleDrive();
  if (sent < 0)
    return fail(ErrorCode::ConnectionLost, std::string("write to client: ") + ssh_get_error(m_session.get()));
  return static_cast<std::size_t>(sent);
}

void Connection::remove(ssh_channel channel) {
  m_channels.erase(channel);
  if (m_isClosed || m_isDisconnected) return;
  ssh_channel_close(channel);
  ssh_channel_free(channel);
  scheduleDrive();
}

void Connection::detachChannels() {
  for (const auto& listener : std::exchange(m_listeners, {})) listener->close();
  for (const auto& [handle, channel] : std::exchange(m_channels, {})) channel->detach();
}

void Connection::disconnect() {
  if (m_isDisconnected || m_isClosed) return;
  m_isDisconnected = true;
  detachChannels();
  ssh_disconnect(m_session.get());  // frees the channels
  boost::system::error_code ignored;
  m_libraryEnd.close(ignored);
  m_probeTimer.cancel();
  m_writable.notify();
}

void Connection::close() {
  if (m_isClosed) return;
  m_isClosed = true;
  detachChannels();
  boost::system::error_code ignored;
  m_libraryEnd.close(ignored);
  m_pumpEnd.close(ignored);
  m_probeTimer.cancel();
  m_writable.notify();
  m_stream->close();
}

}  // namespace berth::agent::ssh

#include "app/cli/Ssh2Link.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <format>

namespace berth::cli {

namespace {

constexpr std::size_t kReadSize = 64 * 1024;
constexpr std::size_t kMaxInput = 4U << 20;   // unread bytes before the stream has to wait
constexpr std::size_t kMaxOutput = 1U << 20;  // unsent bytes before standard input has to wait

using Callback = void (*)(void);

void setCallback(LIBSSH2_SESSION* session, int kind, Callback callback) {
#if LIBSSH2_VERSION_NUM >= 0x010b01
  libssh2_session_callback_set2(session, kind, callback);
#else
  libssh2_session_callback_set(session, kind, reinterpret_cast<void*>(callback));
#endif
}

}  // namespace

Ssh2Link::Ssh2Link(std::shared_ptr<Stream> stream)
    : m_stream(std::move(stream)),
      m_session(libssh2_session_init_ex(nullptr, nullptr, nullptr, this)),
      m_placeholder(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      m_inputArrived(m_stream->executor()),
      m_inputTaken(m_stream->executor()),
      m_outputChanged(m_stream->executor()) {
  libssh2_session_set_blocking(m_session, 0);
  setCallback(m_session, LIBSSH2_CALLBACK_RECV, reinterpret_cast<Callback>(&Ssh2Link::onReceive));
  setCallback(m_session, LIBSSH2_CALLBACK_SEND, reinterpret_cast<Callback>(&Ssh2Link::onSend));
  // The tunnel encrypts already: the cheapest cipher will do.
  libssh2_session_method_pref(m_session, LIBSSH2_METHOD_CRYPT_CS, "aes128-gcm@openssh.com,aes128-ctr,aes256-ctr");
  libssh2_session_method_pref(m_session, LIBSSH2_METHOD_CRYPT_SC, "aes128-gcm@openssh.com,aes128-ctr,aes256-ctr");
}

Ssh2Link::~Ssh2Link() {
  libssh2_session_free(m_session);
  ::close(m_placeholder);
}

void Ssh2Link::start() {
  asio::co_spawn(m_stream->executor(), readAll(shared_from_this()), asio::detached);
  asio::co_spawn(m_stream->executor(), writeAll(shared_from_this()), asio::detached);
}

void Ssh2Link::close() noexcept {
  m_isOver = true;
  m_stream->close();
  m_inputArrived.notify();
  m_inputTaken.notify();
  m_outputChanged.notify();
}

ssize_t Ssh2Link::onReceive(libssh2_socket_t, void* buffer, size_t length, int, void** abstract) {
  auto& self = *static_cast<Ssh2Link*>(*abstract);
  const std::size_t count = std::min(length, self.m_input.size() - self.m_inputUsed);
  if (count == 0) return self.m_isOver ? 0 : -EAGAIN;
  std::memcpy(buffer, self.m_input.data() + self.m_inputUsed, count);
  self.m_inputUsed += count;
  if (self.m_inputUsed == self.m_input.size()) {
    self.m_input.clear();
    self.m_inputUsed = 0;
    self.m_inputTaken.notify();
  }
  return static_cast<ssize_t>(count);
}

// Takes everything, so that libssh2 never has half a packet; waitForRoom() is the back-pressure.
ssize_t Ssh2Link::onSend(libssh2_socket_t, const void* buffer, size_t length, int, void** abstract) {
  auto& self = *static_cast<Ssh2Link*>(*abstract);
  if (self.m_isOver) return -EPIPE;
  const auto* bytes = static_cast<const std::byte*>(buffer);
  self.m_output.insert(self.m_output.end(), bytes, bytes + length);
  return static_cast<ssize_t>(length);
}

void Ssh2Link::setOnAgentChannel(std::function<void(LIBSSH2_CHANNEL*)> handler) {
  m_onAgentChannel = std::move(handler);
  setCallback(m_session, LIBSSH2_CALLBACK_AUTHAGENT, reinterpret_cast<Callback>(&Ssh2Link::onAgentChannel));
}

// libssh2 is in the middle of a packet, so the channel is used later.
void Ssh2Link::onAgentChannel(LIBSSH2_SESSION*, LIBSSH2_CHANNEL* channel, void** abstract) {
  auto& self = *static_cast<Ssh2Link*>(*abstract);
  asio::post(self.executor(), [handler = self.m_onAgentChannel, channel] { handler(channel); });
}

Task<void> Ssh2Link::readAll(std::shared_ptr<Ssh2Link> self) {
  Bytes buffer(kReadSize);
  while (!self->m_isOver) {
    const auto count = co_await self->m_stream->readSome(buffer);
    if (!count) {
      if (count.error().code() == ErrorCode::ConnectionLost) self->m_failure = count.error();
      break;
    }
    self->m_input.insert(self->m_input.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count));
    self->m_inputArrived.notify();
    while (self->m_input.size() > kMaxInput && !self->m_isOver) co_await self->m_inputTaken.wait();
  }
  self->close();
}

Task<void> Ssh2Link::writeAll(std::shared_ptr<Ssh2Link> self) {
  while (true) {
    while (self->m_output.empty() && !self->m_isOver) co_await self->m_outputChanged.wait();
    if (self->m_isOver) co_return;
    const Bytes pending = std::exchange(self->m_output, {});
    self->m_outputChanged.notify();
    if (!co_await self->m_stream->write(pending)) co_return self->close();
  }
}

void Ssh2Link::flush() {
  if (!m_output.empty()) m_outputChanged.notify();
}

Task<void> Ssh2Link::waitForRoom() {
  while (m_output.size() > kMaxOutput && !m_isOver) co_await m_outputChanged.wait();
}

Task<bool> Ssh2Link::waitForInput() {
  if (m_isOver) co_return false;
  co_await m_inputArrived.wait();
  co_return true;  // what came before the end is still to be read
}

Task<int> Ssh2Link::attempt(std::function<int()> call) {
  while (true) {
    const int result = call();
    flush();
    if (result != LIBSSH2_ERROR_EAGAIN) co_return result;
    if (!co_await waitForInput()) co_return LIBSSH2_ERROR_SOCKET_DISCONNECT;
  }
}

Error Ssh2Link::error(std::string_view what) const {
  char* text = nullptr;
  libssh2_session_last_error(m_session, &text, nullptr, 0);
  return Error(m_isOver ? ErrorCode::ConnectionLost : ErrorCode::ProtocolViolation,
               std::format("{}: {}", what, text != nullptr && *text != '\0' ? text : "connection lost"));
}

}  // namespace berth::cli

#include "app/cli/Ssh2Channel.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace berth::cli {

struct Ssh2Channel::State {
  std::shared_ptr<Ssh2Link> link;
  LIBSSH2_CHANNEL* handle;
  bool isClosed = false;

  // As Ssh2Link::attempt(), as long as the channel is open.
  Task<int> attempt(std::function<int()> call) {
    co_return co_await link->attempt([this, &call] { return isClosed ? LIBSSH2_ERROR_CHANNEL_CLOSED : call(); });
  }
  Error error(std::string_view what) const {
    return isClosed ? Error(ErrorCode::Cancelled, std::string(what) + ": closed") : link->error(what);
  }
};

Ssh2Channel::Ssh2Channel(std::shared_ptr<Ssh2Link> link, LIBSSH2_CHANNEL* handle)
    : m_state(std::make_shared<State>(std::move(link), handle)) {}

Ssh2Channel::~Ssh2Channel() { close(); }

Task<Result<std::size_t>> Ssh2Channel::readSome(ByteSpan buffer) {
  const auto state = m_state;
  while (!state->isClosed) {
    const auto count = libssh2_channel_read_ex(state->handle, 0, reinterpret_cast<char*>(buffer.data()), buffer.size());
    state->link->flush();
    if (count > 0) co_return static_cast<std::size_t>(count);
    if (libssh2_channel_eof(state->handle) == 1) co_return fail(ErrorCode::EndOfStream, "end of the SSH channel");
    if (count < 0 && count != LIBSSH2_ERROR_EAGAIN) co_return fail(state->error("read from an SSH channel"));
    if (!co_await state->link->waitForInput()) break;
  }
  co_return fail(state->isClosed ? ErrorCode::Cancelled : ErrorCode::ConnectionLost, "read from an SSH channel");
}

Task<Result<void>> Ssh2Channel::write(ByteView data) {
  const auto state = m_state;
  while (!data.empty()) {
    co_await state->link->waitForRoom();
    const int written = co_await state->attempt([&state, data] {
      return static_cast<int>(
          libssh2_channel_write_ex(state->handle, 0, reinterpret_cast<const char*>(data.data()), data.size()));
    });
    if (written < 0) co_return fail(state->error("write to an SSH channel"));
    data = data.subspan(static_cast<std::size_t>(written));
  }
  co_return Result<void>();
}

Task<Result<void>> Ssh2Channel::closeWrite() {
  const auto state = m_state;
  const int sent = co_await state->attempt([&state] { return libssh2_channel_send_eof(state->handle); });
  if (sent != 0) co_return fail(state->error("end an SSH channel"));
  co_return Result<void>();
}

void Ssh2Channel::close() noexcept {
  if (std::exchange(m_state->isClosed, true)) return;
  m_state->link->wake();
  asio::co_spawn(
      executor(),
      [](std::shared_ptr<State> state) -> Task<void> {
        co_await state->link->attempt([&state] { return libssh2_channel_free(state->handle); });
      }(m_state),
      asio::detached);
}

asio::any_io_executor Ssh2Channel::executor() { return m_state->link->executor(); }
Ssh2Link& Ssh2Channel::link() noexcept { return *m_state->link; }
LIBSSH2_CHANNEL* Ssh2Channel::handle() const noexcept { return m_state->isClosed ? nullptr : m_state->handle; }

}  // namespace berth::cli

#include "app/cli/StandardStreams.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "core/base/SocketError.h"

namespace berth::cli {

namespace {

using boost::system::error_code;
using Descriptor = asio::posix::stream_descriptor;

Task<Result<void>> writeAll(Descriptor& descriptor, ByteView data) {
  error_code error;
  co_await asio::async_write(descriptor, asio::buffer(data.data(), data.size()),
                             asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return fail(socketError(error, "write to standard output"));
  co_return Result<void>();
}

}  // namespace

struct StandardStreams::Descriptors {
  explicit Descriptors(const asio::any_io_executor& executor)
      : input(executor, ::dup(STDIN_FILENO)),
        output(executor, ::dup(STDOUT_FILENO)),
        error(executor, ::dup(STDERR_FILENO)) {
    for (int i = 0; i < 3; ++i) flags.at(static_cast<std::size_t>(i)) = ::fcntl(i, F_GETFL);
  }
  ~Descriptors() {
    for (int i = 0; i < 3; ++i) ::fcntl(i, F_SETFL, flags.at(static_cast<std::size_t>(i)));
  }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;

  std::array<int, 3> flags{};
  Descriptor input;
  Descriptor output;
  Descriptor error;
};

StandardStreams::StandardStreams(asio::any_io_executor executor)
    : m_descriptors(std::make_shared<Descriptors>(executor)) {}

StandardStreams::~StandardStreams() { close(); }

Task<Result<std::size_t>> StandardStreams::readSome(ByteSpan buffer) {
  const auto descriptors = m_descriptors;
  error_code error;
  const std::size_t count = co_await descriptors->input.async_read_some(
      asio::buffer(buffer.data(), buffer.size()), asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return fail(socketError(error, "read from standard input"));
  co_return count;
}

Task<Result<void>> StandardStreams::write(ByteView data) { return writeAll(m_descriptors->output, data); }

Task<Result<void>> StandardStreams::writeError(ByteView data) { return writeAll(m_descriptors->error, data); }

Task<Result<void>> StandardStreams::closeWrite() {
  error_code ignored;
  m_descriptors->output.close(ignored);
  ::close(STDOUT_FILENO);  // the duplicate would keep the reader waiting
  co_return Result<void>();
}

void StandardStreams::close() noexcept {
  error_code ignored;
  m_descriptors->input.close(ignored);
}

asio::any_io_executor StandardStreams::executor() { return m_descriptors->input.get_executor(); }

}  // namespace berth::cli

#include "core/base/Stream.h"

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>

#include "core/base/Copy.h"

namespace berth {

namespace {

constexpr std::size_t kCopyBufferSize = 48 * 1220;  // whole segments of the tunnel, as many as its UDP sends at once

// One direction of a StreamPair: bytes waiting to be read, and a timer that stands for "something changed".
class Channel {
 public:
  Channel(const asio::any_io_executor& executor, std::size_t capacity) : m_changed(executor), m_capacity(capacity) {
    m_changed.expires_at(asio::steady_timer::time_point::max());
  }

  Task<Result<std::size_t>> read(ByteSpan buffer) {
    if (buffer.empty()) co_return 0;
    while (m_bytes.empty() && !m_isEnded && !m_isAborted)
      if (!co_await waitForChange()) co_return fail(ErrorCode::Cancelled, "read from stream");
    if (m_isAborted) co_return fail(ErrorCode::Cancelled, "read from closed stream");
    if (m_bytes.empty()) co_return fail(ErrorCode::EndOfStream, "end of stream");
    const std::size_t count = std::min(buffer.size(), m_bytes.size());
    std::copy_n(m_bytes.begin(), count, buffer.begin());
    m_bytes.erase(m_bytes.begin(), m_bytes.begin() + static_cast<std::ptrdiff_t>(count));
    notify();
    co_return count;
  }

  Task<Result<void>> write(ByteView data) {
    while (true) {
      if (m_isAborted || m_isEnded) co_return fail(ErrorCode::ConnectionLost, "write to closed stream");
      const std::size_t count = std::min(data.size(), m_capacity - std::min(m_capacity, m_bytes.size()));
      m_bytes.insert(m_bytes.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(count));
      data = data.subspan(count);
      if (count > 0) notify();
      if (data.empty()) co_return Result<void>();
      if (!co_await waitForChange()) co_return fail(ErrorCode::Cancelled, "write to stream");
    }
  }

  void end() {
    m_isEnded = true;
    notify();
  }
  void abort() {
    m_isAborted = true;
    notify();
  }

 private:
  // False when the waiting coroutine was cancelled; notify() also cancels the timer, but on purpose.
  Task<bool> waitForChange() {
    const auto seen = m_generation;
    boost::system::error_code ignored;
    co_await m_changed.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return m_generation != seen;
  }
  void notify() {
    ++m_generation;
    m_changed.cancel();
  }

  asio::steady_timer m_changed;
  std::size_t m_capacity;
  std::deque<std::byte> m_bytes;
  std::uint64_t m_generation = 0;
  bool m_isEnded = false;
  bool m_isAborted = false;
};

class MemoryStream final : public Stream {
 public:
  MemoryStream(asio::any_io_executor executor, std::shared_ptr<Channel> in, std::shared_ptr<Channel> out)
      : m_executor(std::move(executor)), m_in(std::move(in)), m_out(std::move(out)) {}
  ~MemoryStream() override { close(); }

  Task<Result<std::size_t>> readSome(ByteSpan buffer) override { return m_in->read(buffer); }
  Task<Result<void>> write(ByteView data) override { return m_out->write(data); }
  Task<Result<void>> closeWrite() override {
    m_out->end();
    co_return Result<void>();
  }
  void close() noexcept override {
    m_out->end();
    m_in->abort();
  }
  asio::any_io_executor executor() override { return m_executor; }

 private:
  asio::any_io_executor m_executor;
  std::shared_ptr<Channel> m_in;
  std::shared_ptr<Channel> m_out;
};

Task<void> copyOrCloseBoth(Stream& from, Stream& to) {
  if (co_await copyUntilEnd(from, to)) co_return;
  from.close();
  to.close();
}

}  // namespace

Task<Result<void>> readExactly(Stream& stream, ByteSpan buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const auto count = co_await stream.readSome(buffer.subspan(filled));
    if (!count) {
      if (count.error().code() == ErrorCode::EndOfStream && filled > 0)
        co_return fail(ErrorCode::ConnectionLost, "stream ended in the middle of a message");
      co_return std::unexpected(count.error());
    }
    filled += *count;
  }
  co_return Result<void>();
}

Task<bool> copyUntilEnd(Stream& from, Stream& to) {
  std::vector<std::byte> buffer(kCopyBufferSize);
  while (true) {
    const auto count = co_await from.readSome(buffer);
    if (!count) {
      if (count.error().code() != ErrorCode::EndOfStream) co_return false;
      co_return (co_await to.closeWrite()).has_value();
    }
    if (!co_await to.write(ByteView(buffer).first(*count))) co_return false;
  }
}

Task<void> pipe(Stream& a, Stream& b) {
  using asio::experimental::awaitable_operators::operator&&;
  co_await (copyOrCloseBoth(a, b) && copyOrCloseBoth(b, a));
  a.close();
  b.close();
}

StreamPair makeStreamPair(asio::any_io_executor executor, std::size_t capacity) {
  auto forward = std::make_shared<Channel>(executor, capacity);
  auto backward = std::make_shared<Channel>(executor, capacity);
  return {std::make_unique<MemoryStream>(executor, backward, forward),
          std::make_unique<MemoryStream>(executor, forward, backward)};
}

}  // namespace berth

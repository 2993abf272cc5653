#include "core/http/detail/PrefixedStream.h"

namespace berth::http::detail {

namespace {

class PrefixedStream final : public Stream {
 public:
  PrefixedStream(Bytes prefix, std::shared_ptr<Stream> rest) : m_prefix(std::move(prefix)), m_rest(std::move(rest)) {}
  ~PrefixedStream() override { close(); }

  Task<Result<std::size_t>> readSome(ByteSpan buffer) override {
    if (m_used == m_prefix.size()) return m_rest->readSome(buffer);
    return readPrefix(buffer);
  }
  Task<Result<void>> write(ByteView data) override { return m_rest->write(data); }
  Task<Result<void>> closeWrite() override { return m_rest->closeWrite(); }
  void close() noexcept override { m_rest->close(); }
  asio::any_io_executor executor() override { return m_rest->executor(); }

 private:
  Task<Result<std::size_t>> readPrefix(ByteSpan buffer) {
    const std::size_t count = std::min(buffer.size(), m_prefix.size() - m_used);
    std::copy_n(m_prefix.begin() + static_cast<std::ptrdiff_t>(m_used), count, buffer.begin());
    m_used += count;
    if (m_used == m_prefix.size()) {
      m_prefix = {};
      m_used = 0;
    }
    co_return count;
  }

  Bytes m_prefix;
  std::size_t m_used = 0;
  std::shared_ptr<Stream> m_rest;
};

}  // namespace

std::unique_ptr<Stream> makePrefixedStream(Bytes prefix, std::shared_ptr<Stream> rest) {
  return std::make_unique<PrefixedStream>(std::move(prefix), std::move(rest));
}

}  // namespace berth::http::detail

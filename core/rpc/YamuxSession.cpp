#include "core/rpc/YamuxSession.h"

#include "core/rpc/YamuxCore.h"

namespace berth::rpc {

class YamuxSession::YamuxStream final : public Stream {
 public:
  YamuxStream(std::shared_ptr<Core> core, Core::StatePtr state) : m_core(std::move(core)), m_state(std::move(state)) {}
  ~YamuxStream() override { close(); }

  Task<Result<std::size_t>> readSome(ByteSpan buffer) override { return m_core->read(m_state, buffer); }
  Task<Result<void>> write(ByteView data) override { return m_core->write(m_state, data); }
  Task<Result<void>> closeWrite() override {
    m_core->closeWrite(*m_state);
    co_return Result<void>();
  }
  void close() noexcept override { m_core->close(*m_state); }
  asio::any_io_executor executor() override { return m_core->executor(); }

 private:
  std::shared_ptr<Core> m_core;
  Core::StatePtr m_state;
};

YamuxSession::YamuxSession(std::unique_ptr<Stream> transport, Role role, YamuxOptions options)
    : m_core(std::make_shared<Core>(std::move(transport), role, options)) {
  m_core->start();
}

YamuxSession::~YamuxSession() { close(); }

Task<Result<std::unique_ptr<Stream>>> YamuxSession::open() {
  const auto core = m_core;
  CO_TRY_ASSIGN(auto state, co_await core->open());
  co_return std::make_unique<YamuxStream>(core, std::move(state));
}

Task<Result<std::unique_ptr<Stream>>> YamuxSession::accept() {
  const auto core = m_core;
  CO_TRY_ASSIGN(auto state, co_await core->accept());
  co_return std::make_unique<YamuxStream>(core, std::move(state));
}

Task<Result<std::chrono::nanoseconds>> YamuxSession::ping() {
  const auto core = m_core;
  co_return co_await core->ping();
}

Task<Error> YamuxSession::ended() {
  const auto core = m_core;
  co_return co_await core->ended();
}

bool YamuxSession::isEnded() const noexcept { return m_core->endReason().has_value(); }

std::size_t YamuxSession::streamCount() const noexcept { return m_core->streamCount(); }

void YamuxSession::close() noexcept { m_core->end(Error(ErrorCode::Cancelled, "closed by this side")); }

asio::any_io_executor YamuxSession::executor() { return m_core->executor(); }

}  // namespace berth::rpc

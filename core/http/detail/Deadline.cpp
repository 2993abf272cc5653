#include "core/http/detail/Deadline.h"

namespace berth::http::detail {

namespace {

constexpr std::size_t kWritePiece = 64U << 10;

}  // namespace

struct Deadline::State {
  explicit State(const std::shared_ptr<Stream>& guarded) : stream(guarded), timer(guarded->executor()) {}

  std::weak_ptr<Stream> stream;
  asio::steady_timer timer;
  std::chrono::steady_clock::time_point endsAt = std::chrono::steady_clock::time_point::max();
  bool isWaiting = false;
  bool isMissed = false;

  // Re-arming for each read would cost a timer operation each; so the timer runs on and looks at endsAt when it fires.
  static void wait(const std::shared_ptr<State>& self) {
    self->isWaiting = true;
    self->timer.expires_at(self->endsAt);
    self->timer.async_wait([weak = std::weak_ptr(self)](const boost::system::error_code&) {
      if (const auto state = weak.lock()) onTimer(state);
    });
  }

  static void onTimer(const std::shared_ptr<State>& self) {
    self->isWaiting = false;
    if (self->endsAt == std::chrono::steady_clock::time_point::max()) return;
    if (std::chrono::steady_clock::now() < self->endsAt) return wait(self);
    self->isMissed = true;
    if (const auto stream = self->stream.lock()) stream->close();
  }
};

Deadline::Deadline(const std::shared_ptr<Stream>& stream) : m_state(std::make_shared<State>(stream)) {}

Deadline::~Deadline() { disarm(); }

void Deadline::arm(std::chrono::milliseconds after) {
  const auto endsAt = std::chrono::steady_clock::now() + after;
  m_state->endsAt = endsAt;
  if (!m_state->isWaiting)
    State::wait(m_state);
  else if (endsAt < m_state->timer.expiry())
    m_state->timer.cancel();  // its handler waits anew, for the earlier time
}

void Deadline::disarm() { m_state->endsAt = std::chrono::steady_clock::time_point::max(); }

bool Deadline::isMissed() const noexcept { return m_state->isMissed; }

Task<Result<void>> writeWithin(std::shared_ptr<Stream> stream, ByteView data, std::chrono::milliseconds timeout) {
  Deadline deadline(stream);
  while (!data.empty()) {
    const auto piece = data.first(std::min(data.size(), kWritePiece));
    deadline.arm(timeout);
    const auto written = co_await stream->write(piece);
    if (deadline.isMissed()) co_return fail(ErrorCode::Timeout, "the peer does not read what is sent to it");
    if (!written) co_return fail(written.error());
    data = data.subspan(piece.size());
  }
  co_return Result<void>();
}

}  // namespace berth::http::detail

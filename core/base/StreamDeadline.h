// Closes a stream when something on it takes too long: make one around the awaits that it covers.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "core/base/Stream.h"

namespace berth {

class StreamDeadline {
 public:
  StreamDeadline(Stream& stream, std::chrono::milliseconds after)
      : m_timer(stream.executor(), after), m_state(std::make_shared<State>(&stream)) {
    // The handler may already be on its way when the deadline goes: it must find nothing then.
    m_timer.async_wait([state = std::weak_ptr(m_state)](boost::system::error_code error) {
      const auto alive = state.lock();
      if (error || !alive) return;
      alive->hasPassed = true;
      alive->stream->close();
    });
  }

  bool hasPassed() const noexcept { return m_state->hasPassed; }

 private:
  struct State {
    explicit State(Stream* covered) : stream(covered) {}
    Stream* stream;
    bool hasPassed = false;
  };
  asio::steady_timer m_timer;
  std::shared_ptr<State> m_state;
};

}  // namespace berth

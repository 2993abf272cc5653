// Closes a stream when something takes too long. One per connection; re-armed for each step.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

#include "core/base/Stream.h"

namespace berth::http::detail {

class Deadline {
 public:
  // `stream` is kept while the deadline is armed.
  explicit Deadline(const std::shared_ptr<Stream>& stream);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void arm(std::chrono::milliseconds after);  // replaces what was armed before
  void disarm();
  bool isMissed() const noexcept;  // it fired: the stream is closed

 private:
  struct State;
  std::shared_ptr<State> m_state;
};

// Writes all of `data` in pieces, each of which must be taken within `timeout`: the limit is for progress, not for the
// whole. Timeout closes the stream.
Task<Result<void>> writeWithin(std::shared_ptr<Stream> stream, ByteView data, std::chrono::milliseconds timeout);

}  // namespace berth::http::detail

// The states of an agent's life, and what of them the control plane has not been told yet
// (reference/agent-and-ide.md 1.7).
#pragma once

#include <deque>
#include <optional>
#include <string_view>

#include "core/base/Clock.h"

namespace berth::agent {

// Numbers as on the wire (reference/tailnet.md 7.5).
enum class LifecycleState {
  Created = 1,
  Starting = 2,
  StartTimeout = 3,
  StartError = 4,
  Ready = 5,
  ShuttingDown = 6,
  ShutdownTimeout = 7,
  ShutdownError = 8,
  Off = 9,
};
std::string_view toString(LifecycleState state) noexcept;

struct LifecycleChange {
  LifecycleState state;
  WallTime changedAt;
};

// Life goes forward only: a state that is not later than the last one is refused, and every accepted one is kept until
// it has been reported, in order, across reconnects.
class Lifecycle {
 public:
  bool set(LifecycleState state, WallTime now);
  LifecycleState state() const noexcept { return m_state; }

  std::optional<LifecycleChange> firstUnreported() const;
  void markReported();

 private:
  LifecycleState m_state = LifecycleState::Created;
  std::deque<LifecycleChange> m_unreported;
};

}  // namespace berth::agent

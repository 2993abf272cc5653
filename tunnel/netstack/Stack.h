// lwIP itself: one per process, whatever the number of Netstacks on it. All Netstacks that live at the same time share
// one thread; each is an lwIP netif, and lwIP finds the netif by a packet's source address (outgoing) or is told it
// (incoming), so several nodes in one process talk to each other through their tunnels like nodes of several machines.
//
// Time: lwIP's TCP wants a tick each 50 ms while something is under way (data in flight, an acknowledgement held back,
// a connection closing). While nothing is, no timer runs; the ticks that were left out are added at the next event.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>

#include "core/base/Clock.h"
#include "core/base/Task.h"

struct tcp_pcb;

namespace berth::tunnel::netstack {

class Stack {
 public:
  // The stack of this process, made when there is none. Throws std::logic_error if it runs in another io_context.
  static std::shared_ptr<Stack> acquire(const asio::any_io_executor& executor, const Clock& clock);
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  // Before anything is done with lwIP: catches up with the ticks that were left out, and starts ticking.
  void wake();

  // From lwIP, at the end of each segment that came in: what the connection has to send goes out after the current
  // handler, once for all segments of a batch.
  void outputSoon(tcp_pcb& pcb);

  TimePoint now() const { return m_clock.now(); }

  // Process-wide budgets for receive windows, which are what unread data may take up: for what connections begin with
  // beyond the least, and for what they grow to.
  class WindowBudget {
   public:
    explicit WindowBudget(std::size_t bytes) : m_left(bytes) {}
    // False when it is used up.
    bool take(std::size_t bytes) noexcept {
      if (bytes > m_left) return false;
      m_left -= bytes;
      return true;
    }
    void giveBack(std::size_t bytes) noexcept { m_left += bytes; }

   private:
    std::size_t m_left;
  };
  WindowBudget initialWindows{64U << 20};
  WindowBudget grownWindows{64U << 20};

  // When onTimer() wants to be called; nothing while idle. The Stack calls it by itself; tests with a clock of their
  // own do so themselves.
  std::optional<TimePoint> nextTimerAt() const noexcept { return m_nextTickAt; }
  void onTimer(TimePoint now);

 private:
  Stack(const asio::any_io_executor& executor, const Clock& clock);
  void schedule(TimePoint at);
  void output();

  asio::any_io_executor m_executor;
  const Clock& m_clock;
  asio::steady_timer m_timer;
  std::shared_ptr<bool> m_isAlive = std::make_shared<bool>(true);
  TimePoint m_lastTickAt;
  std::optional<TimePoint> m_nextTickAt;
  bool m_isOutputPosted = false;
};

}  // namespace berth::tunnel::netstack

// Two netstacks joined by a queue of packets, with a clock that moves only when nothing else can happen: a transfer
// with losses takes virtual seconds and real milliseconds.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <deque>
#include <random>

#include "tunnel/netstack/Netstack.h"

namespace berth::tunnel::netstack {

inline const Ipv6 kLeftAddress = *Ipv6::parse("fd7a:115c:a1e0::1");
inline const Ipv6 kRightAddress = *Ipv6::parse("fd7a:115c:a1e0::2");
inline constexpr std::chrono::hours kKeepalive{72};

class TestClock final : public Clock {
 public:
  WallTime wallNow() const override { return {}; }
  TimePoint now() const override { return m_now; }
  void set(TimePoint at) { m_now = at; }

 private:
  TimePoint m_now = TimePoint() + std::chrono::hours(1);
};

class JoinedStacks {
 public:
  // What happens to packets under way, of all of them.
  struct Faults {
    double loss = 0;
    double reorder = 0;
  };

  JoinedStacks()
      : left(m_io.get_executor(), clock, [this](ByteView p) { return put(m_toRight, p); }),
        right(m_io.get_executor(), clock, [this](ByteView p) { return put(m_toLeft, p); }) {
    left.setAddresses({kLeftAddress});
    right.setAddresses({kRightAddress});
  }

  asio::io_context& io() { return m_io; }

  void spawn(Task<void> task) { asio::co_spawn(m_io, std::move(task), asio::detached); }

  // Until the coroutine ends; the test fails when nothing can happen any more, or too much has.
  void run(Task<void> task) {
    bool isDone = false;
    asio::co_spawn(m_io, std::move(task), [&](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
      isDone = true;
    });
    const TimePoint limit = clock.now() + std::chrono::hours(100);
    while (!isDone && clock.now() < limit)
      if (!step()) break;
    ASSERT_TRUE(isDone);
  }

  // Lets everything happen that does not need time.
  void settle() {
    while (pump()) {
    }
  }

  // Moves the clock to the stack's next timer; false if there is none.
  bool advanceToTimer() {
    const auto at = left.nextTimerAt();
    if (!at) return false;
    clock.set(std::max(clock.now(), *at));
    left.onTimer(clock.now());
    return true;
  }

  TestClock clock;
  Faults faults;
  std::size_t capacity = 512;  // packets in each queue before a sender is told to wait
  std::size_t packetsSent = 0;
  Bytes lastToLeft;

 private:
  using Queue = std::deque<Bytes>;

  bool put(Queue& queue, ByteView packet) {
    if (queue.size() >= capacity) return false;
    ++packetsSent;
    if (chance(faults.loss)) return true;
    if (&queue == &m_toLeft) lastToLeft = toBytes(packet);
    auto at = queue.end();
    if (!queue.empty() && chance(faults.reorder)) --at;
    queue.insert(at, toBytes(packet));
    return true;
  }

  bool chance(double probability) { return std::uniform_real_distribution<>()(m_random) < probability; }

  bool deliver(Queue& queue, Netstack& to, Netstack& from) {
    if (queue.empty()) return false;
    const bool wasFull = queue.size() >= capacity;
    const Bytes packet = std::move(queue.front());
    queue.pop_front();
    to.receive(packet);
    if (wasFull) from.resume();
    return true;
  }

  bool pump() {
    m_io.restart();
    const bool hasRun = m_io.poll() > 0;
    bool hasDelivered = false;
    for (int i = 0; i < 64; ++i) {
      const bool toRight = deliver(m_toRight, right, left);
      const bool toLeft = deliver(m_toLeft, left, right);
      if (!toRight && !toLeft) break;
      hasDelivered = true;
    }
    return hasRun || hasDelivered;
  }

  bool step() { return pump() || advanceToTimer(); }

  asio::io_context m_io;
  std::mt19937 m_random{42};
  Queue m_toRight;
  Queue m_toLeft;

 public:
  Netstack left;
  Netstack right;
};

// Bytes that differ from each other and from those of another seed.
inline Bytes makePattern(std::size_t size, std::uint32_t seed = 1) {
  Bytes data(size);
  std::uint32_t state = seed * 2654435761U;
  for (auto& b : data) {
    state = state * 1664525U + 1013904223U;
    b = static_cast<std::byte>(state >> 24);
  }
  return data;
}

inline Task<Bytes> readAll(Stream& stream) {
  Bytes all;
  Bytes buffer(64 * 1024);
  while (auto count = co_await stream.readSome(buffer))
    all.insert(all.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count));
  co_return all;
}

// Sends back what it reads, then closes; one connection after the other.
inline Task<void> serveEcho(std::shared_ptr<StreamListener> listener) {
  const auto executor = co_await asio::this_coro::executor;
  while (auto stream = co_await listener->accept()) {
    asio::co_spawn(
        executor,
        [](std::unique_ptr<Stream> s) -> Task<void> {
          Bytes buffer(32 * 1024);
          while (auto count = co_await s->readSome(buffer)) co_await s->write(ByteView(buffer).first(*count));
          co_await s->closeWrite();
        }(*std::move(stream)),
        asio::detached);
  }
}

}  // namespace berth::tunnel::netstack

// A bounded map that forgets what has not been used for a while. For UDP flows, whose end nobody tells.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>

#include "core/base/Clock.h"
#include "core/base/Task.h"

namespace berth::tunnel::dialer {

template <typename Key, typename Value>
class IdleMap {
 public:
  using Duration = std::chrono::steady_clock::duration;

  // An entry goes between `idle(key)` and `idle(key)` plus `sweep` after its last use. `clock` outlives the map.
  IdleMap(asio::any_io_executor executor, const Clock& clock, std::size_t limit, Duration sweep,
          std::function<Duration(const Key&)> idle)
      : m_state(std::make_shared<State>(clock, limit, sweep, std::move(idle), asio::steady_timer(executor))) {}
  ~IdleMap() { clear(); }
  IdleMap(const IdleMap&) = delete;
  IdleMap& operator=(const IdleMap&) = delete;

  // The value, which counts as a use; null when there is none.
  Value* use(const Key& key) {
    const auto found = m_state->entries.find(key);
    if (found == m_state->entries.end()) return nullptr;
    found->second.lastUsedAt = m_state->clock.now();
    return &found->second.value;
  }

  bool isFull() const noexcept { return m_state->entries.size() >= m_state->limit; }

  // The key is not there yet, and the map is not full.
  Value& add(const Key& key, Value value) {
    const auto added = m_state->entries.emplace(key, Entry{std::move(value), m_state->clock.now()}).first;
    if (!m_state->isSweeping) sweepLater(m_state);
    return added->second.value;
  }

  void clear() noexcept {
    m_state->entries.clear();
    m_state->timer.cancel();
  }
  std::size_t size() const noexcept { return m_state->entries.size(); }

 private:
  struct Entry {
    Value value;
    TimePoint lastUsedAt;
  };
  struct State {
    const Clock& clock;
    std::size_t limit;
    Duration sweep;
    std::function<Duration(const Key&)> idle;
    asio::steady_timer timer;
    std::map<Key, Entry> entries = {};
    bool isSweeping = false;
  };

  static void sweepLater(const std::shared_ptr<State>& state) {
    state->isSweeping = true;
    state->timer.expires_after(state->sweep);
    state->timer.async_wait([state](const boost::system::error_code& error) {
      state->isSweeping = false;
      if (error) return;
      const TimePoint now = state->clock.now();
      std::erase_if(state->entries,
                    [&](const auto& item) { return now - item.second.lastUsedAt >= state->idle(item.first); });
      if (!state->entries.empty()) sweepLater(state);
    });
  }

  std::shared_ptr<State> m_state;
};

}  // namespace berth::tunnel::dialer

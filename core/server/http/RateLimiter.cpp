#include "core/server/http/RateLimiter.h"

namespace berth::server {

namespace {

constexpr std::chrono::seconds kWindow{60};
constexpr std::size_t kMaxKeys = 16'384;  // then old ones are looked for; a busy server has a few hundred

}  // namespace

RateLimiter::Verdict RateLimiter::take(const std::string& key, int perMinute, TimePoint now) {
  if (m_windows.size() >= kMaxKeys) dropOld(now);
  Window& window = m_windows.try_emplace(key, Window{now}).first->second;
  const auto passed = now - window.start;
  if (passed >= kWindow) {
    window.previous = passed < 2 * kWindow ? window.current : 0;
    window.current = 0;
    window.start = now - (passed % kWindow);
  }
  const double inside = 1.0 - std::chrono::duration<double>(now - window.start) / kWindow;
  const int used = window.current + static_cast<int>(window.previous * inside);
  const auto rest = std::chrono::ceil<std::chrono::seconds>(window.start + kWindow - now);
  if (used >= perMinute) return {false, 0, rest};
  ++window.current;
  return {true, perMinute - used - 1, rest};
}

void RateLimiter::dropOld(TimePoint now) {
  std::erase_if(m_windows, [now](const auto& entry) { return now - entry.second.start > 2 * kWindow; });
  if (m_windows.size() >= kMaxKeys) m_windows.clear();
}

}  // namespace berth::server

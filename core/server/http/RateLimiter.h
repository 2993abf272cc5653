// How often somebody may ask for something: a sliding minute for each key (reference/rest-api.md 1.12).
#pragma once

#include <string>
#include <unordered_map>

#include "core/base/Clock.h"

namespace berth::server {

class RateLimiter {
 public:
  // The window slides by weighing the previous minute's count with what of it still lies inside.
  struct Verdict {
    bool isAllowed;
    int remaining;
    std::chrono::seconds retryAfter;  // until the current minute ends
  };
  Verdict take(const std::string& key, int perMinute, TimePoint now);

 private:
  struct Window {
    TimePoint start;
    int current = 0;
    int previous = 0;
  };
  void dropOld(TimePoint now);

  std::unordered_map<std::string, Window> m_windows;
};

}  // namespace berth::server

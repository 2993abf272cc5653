// What signing in needs beside the store: password hashing, and the memory of who guessed wrong too often.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/base/Clock.h"
#include "core/server/auth/Passwords.h"

namespace berth::server {

// Wrong passwords by who tries them on whom. The memory is short and bounded: forgetting is harmless.
class FailedLogins {
 public:
  static constexpr int kAllowed = 10;
  static constexpr std::chrono::minutes kWindow{5};
  static constexpr std::size_t kMaxRemembered = 10'000;

  // How long to wait when there were kAllowed failures within the window; empty when another try is fine.
  std::optional<std::chrono::seconds> blockedFor(const std::string& who, TimePoint now) const;
  void onFailure(const std::string& who, TimePoint now);
  void onSuccess(const std::string& who);

 private:
  struct Entry {
    int failures = 0;
    TimePoint firstAt;
  };
  std::unordered_map<std::string, Entry> m_entries;
};

// Used on the server's loop.
struct Credentials {
  Passwords passwords;
  FailedLogins failedLogins;
};

}  // namespace berth::server

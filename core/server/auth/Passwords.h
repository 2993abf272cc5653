// Passwords: what is good enough, and their argon2id hashes, computed on a thread of their own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/Secret.h"
#include "core/base/Task.h"

namespace berth::server {

inline constexpr std::size_t kMaxPasswordBytes = 64;
inline constexpr double kMinPasswordEntropyBits = 52;

// Why a new password is refused; empty when it is good (reference/rest-api.md 2.1).
std::optional<std::string> passwordProblem(std::string_view password);

// One hash takes tens of milliseconds and 19 MiB; they are done one after the other.
class Passwords {
 public:
  Passwords();
  ~Passwords();

  // The text form that holds algorithm, cost and salt.
  Task<std::string> hash(Secret password);

  // Takes the same time for an empty `hash` (no such user, no password) as for a wrong password.
  Task<bool> verify(Secret password, std::string hash);

 private:
  struct Thread;
  std::unique_ptr<Thread> m_thread;
};

}  // namespace berth::server

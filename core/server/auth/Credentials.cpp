#include "core/server/auth/Credentials.h"

namespace berth::server {

std::optional<std::chrono::seconds> FailedLogins::blockedFor(const std::string& who, TimePoint now) const {
  const auto entry = m_entries.find(who);
  if (entry == m_entries.end() || entry->second.failures < kAllowed) return std::nullopt;
  const auto freeAt = entry->second.firstAt + kWindow;
  if (now >= freeAt) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(freeAt - now);
}

void FailedLogins::onFailure(const std::string& who, TimePoint now) {
  if (m_entries.size() >= kMaxRemembered) m_entries.clear();
  auto& entry = m_entries[who];
  if (entry.failures == 0 || now >= entry.firstAt + kWindow) entry = {.failures = 0, .firstAt = now};
  ++entry.failures;
}

void FailedLogins::onSuccess(const std::string& who) { m_entries.erase(who); }

}  // namespace berth::server

#include "tunnel/derp/TokenBucket.h"

#include <algorithm>

namespace berth::tunnel::derp {

using Seconds = std::chrono::duration<double>;

void TokenBucket::fill(TimePoint now) {
  m_tokens = std::min(m_rate.burst, m_tokens + Seconds(now - m_filledAt).count() * m_rate.perSecond);
  m_filledAt = now;
}

bool TokenBucket::take(double count, TimePoint now) {
  if (!m_rate.isLimited()) return true;
  fill(now);
  if (m_tokens < count) return false;
  m_tokens -= count;
  return true;
}

TimePoint::duration TokenBucket::takeOnCredit(double count, TimePoint now) {
  if (!m_rate.isLimited()) return {};
  fill(now);
  m_tokens -= count;
  if (m_tokens >= 0) return {};
  return std::chrono::duration_cast<TimePoint::duration>(Seconds(-m_tokens / m_rate.perSecond));
}

}  // namespace berth::tunnel::derp

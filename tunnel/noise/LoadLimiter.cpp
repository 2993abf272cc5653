#include "tunnel/noise/LoadLimiter.h"

#include <algorithm>

#include "tunnel/noise/Constants.h"

namespace berth::tunnel::noise {

namespace {

double tokensAfter(TimePoint::duration elapsed) {
  return std::chrono::duration<double>(elapsed).count() * kSourceInitiationsPerSecond;
}

}  // namespace

bool LoadLimiter::isUnderLoad(TimePoint now) {
  if (now - m_secondBeganAt >= std::chrono::seconds(1)) {
    m_secondBeganAt = now;
    m_messagesThisSecond = 0;
  }
  if (++m_messagesThisSecond > kInitiationsPerSecondBeforeLoad) m_underLoadUntil = now + kUnderLoadFor;
  return now < m_underLoadUntil;
}

bool LoadLimiter::takeToken(ByteView source, TimePoint now) {
  if (m_buckets.size() >= kMaxLimitedSources) dropFullBuckets(now);
  if (m_buckets.size() >= kMaxLimitedSources) return false;
  Bucket& bucket = m_buckets.try_emplace(std::string(asText(source)), Bucket{kSourceBurst, now}).first->second;
  bucket.tokens = std::min<double>(kSourceBurst, bucket.tokens + tokensAfter(now - bucket.filledAt));
  bucket.filledAt = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

void LoadLimiter::dropFullBuckets(TimePoint now) {
  std::erase_if(m_buckets, [now](const auto& entry) {
    return entry.second.tokens + tokensAfter(now - entry.second.filledAt) >= kSourceBurst;
  });
}

}  // namespace berth::tunnel::noise

// Guards the costly part of handshakes: says when there are too many, and then how many one source may have
// (reference/tailnet.md 2.5, "rate limit under load").
#pragma once

#include <string>
#include <unordered_map>

#include "core/base/Bytes.h"
#include "core/base/Clock.h"

namespace berth::tunnel::noise {

class LoadLimiter {
 public:
  // Counts a handshake message that is meant for us. True while there are too many.
  bool isUnderLoad(TimePoint now);

  // One token of this source's bucket, if it has one.
  bool takeToken(ByteView source, TimePoint now);

 private:
  struct Bucket {
    double tokens;
    TimePoint filledAt;
  };
  void dropFullBuckets(TimePoint now);

  TimePoint m_secondBeganAt;
  int m_messagesThisSecond = 0;
  TimePoint m_underLoadUntil;
  std::unordered_map<std::string, Bucket> m_buckets;
};

}  // namespace berth::tunnel::noise

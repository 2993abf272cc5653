// How much may go out now, at a steady rate with bursts.
#pragma once

#include "core/base/Clock.h"

namespace berth::tunnel::derp {

struct Rate {
  double perSecond = 0;  // zero: no limit
  double burst = 0;
  bool isLimited() const noexcept { return perSecond > 0; }
};

class TokenBucket {
 public:
  explicit TokenBucket(Rate rate = {}) : m_rate(rate), m_tokens(rate.burst) {}

  // Takes `count` tokens if they are there.
  bool take(double count, TimePoint now);

  // Takes them even if the bucket goes into debt; how long until the debt is paid.
  TimePoint::duration takeOnCredit(double count, TimePoint now);

 private:
  void fill(TimePoint now);

  Rate m_rate;
  double m_tokens;
  TimePoint m_filledAt;
};

}  // namespace berth::tunnel::derp

// How long each resource took, from the hooks of OpenTofu's output (reference/provisioning.md 3.10).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/provision/TofuEvent.h"
#include "core/store/Records.h"

namespace berth::provision {

class Timings {
 public:
  explicit Timings(JobId job) : m_job(job) {}
  void onEvent(const TofuEvent& event, WallTime now);
  // Spans that have ended.
  std::vector<store::JobTimingRecord> take() { return std::exchange(m_ended, {}); }

 private:
  JobId m_job;
  std::map<std::string, store::JobTimingRecord> m_open;
  std::vector<store::JobTimingRecord> m_ended;
};

}  // namespace berth::provision

#include "core/provision/Timings.h"

namespace berth::provision {

void Timings::onEvent(const TofuEvent& event, WallTime now) {
  const auto underscore = event.type.find('_');
  if (event.resource.empty() || underscore == std::string::npos) return;
  const auto kind = event.type.substr(0, underscore);
  const auto phase = event.type.substr(underscore + 1);
  if (kind != "apply" && kind != "refresh" && kind != "provision") return;
  const auto key = std::format("{} {}", kind, event.resource);
  if (phase == "start") {
    const auto* stage = kind == "refresh" ? "plan" : "apply";
    m_open[key] = {m_job, now, now, stage, event.provider, kind == "refresh" ? "read" : event.action, event.resource};
  } else if (phase == "complete" || phase == "errored") {
    auto span = m_open.extract(key);
    if (span.empty()) return;
    span.mapped().endedAt = now;
    m_ended.push_back(std::move(span.mapped()));
  }
}

}  // namespace berth::provision

// States (users may upload them), plans, and lines of OpenTofu's output.
#include "core/provision/Snapshot.h"

#include "core/provision/Derive.h"
#include "core/provision/Rescue.h"
#include "core/provision/TofuEvent.h"

using namespace berth::provision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto state = readState(text)) (void)derive(*state);
  if (const auto plan = readPlan(text, {{"boot", {"coder_agent.main.init_script"}}})) (void)derive(*plan);
  (void)lostResources(text, text);
  (void)parseTofuLine(text);
  return 0;
}

// One line of `tofu ... -json` output, as the job's log and the user see it (reference/provisioning.md 3.9, 9.5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/Enums.h"

namespace berth::provision {

struct TofuLogLine {
  LogLevel level = LogLevel::Info;
  std::string text;
};

struct TofuEvent {
  std::string type;       // "apply_start", "change_summary", "diagnostic", ...; empty for text that is no JSON
  std::string operation;  // of a change_summary: plan, apply, destroy
  std::vector<TofuLogLine> lines;
  // Of an error diagnostic: "Unsupported argument (main.tf line 12): An argument named ... is not expected here."
  std::string problem;
  // Of hooks.
  std::string resource, provider, action, resourceId;
};

// Never fails: what is no JSON is a line of text. Blank lines give an event without lines.
TofuEvent parseTofuLine(std::string_view line);

}  // namespace berth::provision

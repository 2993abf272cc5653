// The two versions that a program of ours has.
#pragma once

#include <string_view>

namespace berth {

// Berth's own.
inline constexpr std::string_view kBerthVersion = "0.1.0";

// The version of Coder whose interfaces are served: what /buildinfo, X-Coder-Build-Version, the agent's start-up report
// and `version -o json` say, so that clients gate their features rightly (reference/rest-api.md 1.10, 9.2 rule 22).
inline constexpr std::string_view kCoderVersion = "v2.36.0";

}  // namespace berth

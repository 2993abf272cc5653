// Text that may go into a protobuf string: a stock server refuses a whole call for one bad byte
// (reference/agent-and-ide.md 1.8).
#pragma once

#include <string>
#include <string_view>

namespace berth::agent {

// The text with each NUL and each byte that is not UTF-8 (RFC 3629) replaced by U+274C.
std::string cleanText(std::string_view text);

}  // namespace berth::agent

// JSON for people and scripts: indented by two, as the stock command line prints it.
#pragma once

#include <string>

namespace berth::cli {

// `text` is valid JSON.
std::string indentJson(const std::string& text);

}  // namespace berth::cli

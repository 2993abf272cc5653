// The manual page of a tree of commands, in the man(7) language: what --help says, on one page.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace berth::cli {

// Hidden commands and options are left out.
std::string manPage(const CLI::App& program);

}  // namespace berth::cli

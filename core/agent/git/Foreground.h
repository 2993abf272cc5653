// A child that takes this program's place at the terminal, while this program waits to clean up after it.
#pragma once

#include <csignal>
#include <string>
#include <vector>

#include "core/base/Error.h"

namespace berth::agent::git {

// While it lives, signals that would end this program wait; run() hands them on to the child instead. One at a time, in
// a program with one thread.
class Foreground {
 public:
  Foreground();
  ~Foreground();
  Foreground(const Foreground&) = delete;
  Foreground& operator=(const Foreground&) = delete;

  // Runs `program` (a path) with the streams, terminal and process group of this program until its end. Its exit code,
  // or 128 + signal.
  Result<int> run(const std::string& program, const std::vector<std::string>& arguments);

 private:
  sigset_t m_watched;
  sigset_t m_oldMask;
};

}  // namespace berth::agent::git

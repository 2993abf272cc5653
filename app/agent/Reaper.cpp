#include "app/agent/Reaper.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

// Of the linker: the program's read-only part (constants, then code).
extern "C" const char __executable_start;  // NOLINT(bugprone-reserved-identifier)
extern "C" const char etext;

namespace berth {

namespace {

constexpr char kNoReap[] = "--no-reap";
constexpr int kForwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

[[noreturn]] void becomeAgent(int count, char** arguments, const sigset_t& oldMask) {
  ::setsid();
  ::sigprocmask(SIG_SETMASK, &oldMask, nullptr);
  std::vector<char*> extended(arguments, arguments + count);
  std::string noReap = kNoReap;
  extended.push_back(noReap.data());
  extended.push_back(nullptr);
  ::execv("/proc/self/exe", extended.data());
  ::execvp(arguments[0], extended.data());  // no /proc
  std::perror("start the agent");
  ::_exit(127);
}

// Start-up has touched most of the program; waiting needs a few pages, which are read again when they are used.
void letGoOfProgram() {
  const auto pageSize = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(&__executable_start);
  const auto end = reinterpret_cast<std::uintptr_t>(&etext) & ~(pageSize - 1);
  ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace

bool isInit(int count, char** arguments) {
  if (::getpid() != 1 || count < 2 || std::string_view(arguments[1]) != "agent") return false;
  return std::none_of(arguments + 2, arguments + count, [](std::string_view each) { return each == kNoReap; });
}

int runAsInit(int count, char** arguments) {
  sigset_t watched;
  sigset_t oldMask;
  ::sigemptyset(&watched);
  ::sigaddset(&watched, SIGCHLD);
  for (const int number : kForwarded) ::sigaddset(&watched, number);
  ::sigprocmask(SIG_BLOCK, &watched, &oldMask);
  const pid_t agent = ::fork();
  if (agent < 0) {
    std::perror("start the agent");
    return 1;
  }
  if (agent == 0) becomeAgent(count, arguments, oldMask);
  letGoOfProgram();
  while (true) {
    const int number = ::sigwaitinfo(&watched, nullptr);
    if (number < 0) continue;
    if (number != SIGCHLD) {
      ::kill(agent, number);
      continue;
    }
    int status = 0;
    for (pid_t ended = 0; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;)
      if (ended == agent) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
}

}  // namespace berth

#include "app/agent/Reaper.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <vector>

namespace berth {

namespace {

constexpr int kForwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

[[noreturn]] void becomeAgent(int count, char** arguments, const sigset_t& oldMask) {
  ::setsid();
  ::sigprocmask(SIG_SETMASK, &oldMask, nullptr);
  std::vector<char*> extended(arguments, arguments + count);
  char noReap[] = "--no-reap";
  extended.push_back(noReap);
  extended.push_back(nullptr);
  ::execv("/proc/self/exe", extended.data());
  ::execvp(arguments[0], extended.data());  // no /proc
  std::perror("start the agent");
  ::_exit(127);
}

}  // namespace

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

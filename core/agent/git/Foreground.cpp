#include "core/agent/git/Foreground.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace berth::agent::git {

namespace {

constexpr int kHandedOn[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

Result<pid_t> spawn(const std::string& program, const std::vector<std::string>& arguments, const sigset_t& mask) {
  std::vector<char*> pointers{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setsigmask(&attributes, &mask);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, program.c_str(), nullptr, &attributes, pointers.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) return fail(errnoError(error, "start " + program));
  return child;
}

// What is typed at the terminal reaches the child by itself; what another process sends reaches only this one.
bool isSentByProcess(const siginfo_t& info) { return info.si_code <= 0; }

}  // namespace

Foreground::Foreground() {
  ::signal(SIGCHLD, SIG_DFL);  // whoever started us may have it ignored, and then there is nothing to wait for
  ::sigemptyset(&m_watched);
  ::sigaddset(&m_watched, SIGCHLD);
  for (const int number : kHandedOn) ::sigaddset(&m_watched, number);
  ::sigprocmask(SIG_BLOCK, &m_watched, &m_oldMask);
}

Foreground::~Foreground() { ::sigprocmask(SIG_SETMASK, &m_oldMask, nullptr); }

Result<int> Foreground::run(const std::string& program, const std::vector<std::string>& arguments) {
  TRY_ASSIGN(const pid_t child, spawn(program, arguments, m_oldMask));
  while (true) {
    siginfo_t info;
    const int number = ::sigwaitinfo(&m_watched, &info);
    if (number < 0) continue;
    if (number != SIGCHLD) {
      if (isSentByProcess(info)) ::kill(child, number);
      continue;
    }
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) == child)
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
}

}  // namespace berth::agent::git

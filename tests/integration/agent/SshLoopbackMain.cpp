// ssh_loopback PORT: the server for trying things by hand and for measuring.
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "core/agent/sftp/Server.h"
#include "tests/integration/agent/SshLoopback.h"

int main(int count, char** arguments) {
  if (count > 1 && std::string_view(arguments[1]) == "sftp-server")
    return berth::agent::sftp::run(STDIN_FILENO, STDOUT_FILENO);
  const berth::test::SshLoopback loopback(static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 0));
  std::printf("ssh -p %d -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null 127.0.0.1\n", loopback.port());
  std::fflush(stdout);
  while (true) ::pause();  // ended by a signal; those of children wake it too
}

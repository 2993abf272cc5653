// berth-agent, also installed as `coder` inside workspaces.
#include <nss.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "app/agent/AgentCommand.h"
#include "app/agent/Reaper.h"
#include "core/agent/git/Askpass.h"
#include "core/agent/git/Git.h"
#include "core/agent/sftp/Server.h"
#include "core/agent/stat/Stat.h"
#include "core/base/Version.h"

namespace {

// An image's nsswitch.conf may name modules that a static program cannot load; these two it can do itself.
void fixNameServices() {
  for (const char* database : {"passwd", "group", "shadow"}) ::__nss_configure_lookup(database, "files");
  ::__nss_configure_lookup("hosts", "files dns");
}

// Init scripts look for the word "Coder" in the first line (reference/agent-and-ide.md 1.1).
int showVersion() {
  std::printf("Berth agent v%s, speaks Coder's agent API 2.10 (as of %s)\n", berth::kBerthVersion.data(),
              berth::kCoderVersion.data());
  return 0;
}

int showHelp(FILE* out, int code) {
  std::fputs(
      "Usage: berth-agent COMMAND [FLAGS]      (or: coder COMMAND [FLAGS])\n\n"
      "  agent        run the workspace agent; \"agent --help\" lists its flags\n"
      "  stat         show what the workspace uses: stat cpu, stat mem, stat disk\n"
      "  gitssh       run ssh with your SSH key from the server: gitssh -- SSH-ARGUMENTS (for git, by itself)\n"
      "  version      show the version\n",
      out);
  return code;
}

}  // namespace

int main(int count, char** arguments) {
  // Process 1 only waits: it needs nothing of what follows.
  if (berth::isInit(count, arguments)) return berth::runAsInit(count, arguments);
  fixNameServices();
  const std::string command = count > 1 ? arguments[1] : "";
  const std::vector<std::string> rest(arguments + std::min(count, 2), arguments + count);
  if (command == "agent") return berth::runAgentCommand(rest);
  if (command == "stat") return berth::agent::stat::run(rest);
  if (command == "gitssh") return berth::agent::git::runSsh(rest);
  if (command == "sftp-server") return berth::agent::sftp::run(STDIN_FILENO, STDOUT_FILENO);
  if (command == "version" || command == "--version") return showVersion();
  if (command == "help" || command == "--help" || command == "-h") return showHelp(stdout, 0);
  if (rest.empty() && berth::agent::git::looksLikePrompt(command)) return berth::agent::git::runAskpass(command);
  if (!command.empty()) std::fprintf(stderr, "berth-agent: there is no command \"%s\"\n\n", command.c_str());
  return showHelp(stderr, 1);
}

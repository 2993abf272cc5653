#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "core/agent/Environment.h"
#include "core/agent/Passwd.h"
#include "core/agent/ServerAccess.h"
#include "core/agent/git/Foreground.h"
#include "core/agent/git/Git.h"
#include "core/agent/git/PrivateFile.h"
#include "core/agent/git/Requests.h"
#include "core/agent/git/Ssh.h"
#include "core/agent/git/Wait.h"
#include "core/base/Subprocess.h"

namespace berth::agent::git {

namespace {

constexpr int kSshFailed = 255;  // ssh(1), EXIT STATUS: not the remote command's own

constexpr const char* kHelp =
    "Runs ssh for git with the SSH key that the server keeps for you.\n\n"
    "Usage: coder gitssh -- SSH-ARGUMENTS\n"
    "  git calls it by itself in sessions of a workspace (GIT_SSH_COMMAND). To see whether a host knows your key:\n"
    "  coder gitssh -- -T git@github.com\n";

int complain(const Error& error) {
  std::fprintf(stderr, "gitssh: %s\n", error.message().c_str());
  return 1;
}

Result<std::string> findSsh() {
  const auto path = findProgram("ssh", processVariable("PATH"));
  if (!path)
    return fail(ErrorCode::NotFound,
                "there is no ssh program in PATH: install it in the workspace's image (Debian and "
                "Ubuntu: openssh-client)");
  return path->string();
}

// The user's own keys for this connection, those that exist.
std::vector<std::string> ownKeyFiles(const std::string& ssh, const std::vector<std::string>& arguments) {
  const std::string home = currentUser().home;
  std::vector<std::string> command{ssh, "-G"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto configuration = outputOf(std::move(command));
  auto files = configuration ? parseIdentityFiles(*configuration, home) : defaultIdentityFiles(home);
  std::erase_if(files, [](const std::string& file) { return ::access(file.c_str(), F_OK) != 0; });
  return files;
}

Result<OwnerKey> fetchKey() {
  TRY_ASSIGN(const ServerAccess access, readServerAccess(processVariable));
  asio::io_context loop(1);
  const auto client = makeServerClient(loop.get_executor(), access);
  return waitFor(loop, fetchOwnerKey(*client));
}

Result<int> runWithKey(const std::string& ssh, std::vector<std::string> keyFiles, const OwnerKey& key,
                       const std::vector<std::string>& arguments) {
  std::error_code error;
  const auto directory = std::filesystem::temp_directory_path(error);
  if (error) return fail(ErrorCode::NotFound, "no directory for temporary files: " + error.message() + "; set TMPDIR");
  Foreground foreground;  // before the file, so that no signal leaves it behind
  TRY_ASSIGN(const PrivateFile file, PrivateFile::create(directory, key.privateKey));
  keyFiles.push_back(file.path());
  return foreground.run(ssh, withIdentities(keyFiles, arguments));
}

}  // namespace

int runSsh(std::vector<std::string> arguments) {
  if (!arguments.empty() && (arguments.front() == "--help" || arguments.front() == "-h"))
    return std::fputs(kHelp, stdout), 0;
  if (!arguments.empty() && arguments.front() == "--") arguments.erase(arguments.begin());
  if (arguments.empty()) return std::fputs(kHelp, stderr), 1;

  const auto ssh = findSsh();
  if (!ssh) return complain(ssh.error());
  if (isProbe(arguments)) {
    const auto code = Foreground().run(*ssh, arguments);
    return code ? *code : complain(code.error());
  }

  const auto keyFiles = ownKeyFiles(*ssh, arguments);
  const auto key = fetchKey();
  Result<int> code;
  if (key) {
    code = runWithKey(*ssh, keyFiles, *key, arguments);
  } else {
    complain(key.error());
    if (keyFiles.empty() && processVariable("SSH_AUTH_SOCK").empty()) return 1;
    std::fputs("gitssh: going on with the keys of this workspace\n", stderr);
    code = Foreground().run(*ssh, withIdentities(keyFiles, arguments));
  }
  if (!code) return complain(code.error());
  if (*code == kSshFailed && key) std::fputs(refusedAdvice(key->publicKey).c_str(), stderr);
  return *code;
}

}  // namespace berth::agent::git

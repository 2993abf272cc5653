#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdio>

#include "core/agent/Environment.h"
#include "core/agent/ServerAccess.h"
#include "core/agent/git/Askpass.h"
#include "core/agent/git/Git.h"
#include "core/agent/git/Requests.h"
#include "core/agent/git/Wait.h"

namespace berth::agent::git {

namespace {

std::string lineOf(std::vector<std::string> command) {
  const std::string output = outputOf(std::move(command)).value_or("");
  return output.substr(0, output.find('\n'));
}

// Sessions of VS Code have a program in BROWSER that opens pages on the user's own machine.
void openInBrowser(std::string url) {
  std::string browser = processVariable("BROWSER");
  if (browser.empty()) return;
  char* arguments[] = {browser.data(), url.data(), nullptr};
  posix_spawn_file_actions_t quiet;
  ::posix_spawn_file_actions_init(&quiet);
  ::posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);  // git reads ours
  pid_t ignored = 0;
  ::posix_spawnp(&ignored, browser.c_str(), &quiet, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&quiet);
}

Task<Result<api::AgentExternalAuth>> signIn(http::Client& client, ExternalAuthQuery query) {
  auto auth = co_await fetchExternalAuth(client, query);
  if (!auth || auth->url.empty()) co_return auth;
  std::fprintf(stderr, "To sign in to %s, open this page:\n\n  %s\n\n", query.match.c_str(), auth->url.c_str());
  if (processVariable("CODER_CHAT_AGENT") == "true")
    co_return fail(ErrorCode::Unauthenticated, "the owner of the workspace has not signed in to " + query.match);
  openInBrowser(auth->url);
  co_return co_await waitForExternalAuth(client, std::move(query));
}

Result<std::string> answer(const std::string& question) {
  TRY_ASSIGN(const Prompt prompt, parsePrompt(question));
  TRY_ASSIGN(const ServerAccess access, readServerAccess(processVariable));
  ExternalAuthQuery query{.match = prompt.url,
                          .branch = lineOf({"git", "rev-parse", "--abbrev-ref", "HEAD"}),
                          .remote = lineOf({"git", "config", "--get", "remote.origin.url"}),
                          .chatId = processVariable("CODER_CHAT_ID")};
  asio::io_context loop(1);
  const auto client = makeServerClient(loop.get_executor(), access);
  TRY_ASSIGN(const auto auth, waitFor(loop, signIn(*client, std::move(query))));
  return std::string(chooseAnswer(prompt, auth));
}

}  // namespace

int runAskpass(const std::string& question) {
  const auto line = answer(question);
  if (line) return std::puts(line->c_str()) < 0 ? 1 : 0;
  const bool isLeftToGit = line.error().code() == ErrorCode::NotFound;
  std::fprintf(stderr, "berth-agent: %s%s\n", line.error().message().c_str(), isLeftToGit ? "; git asks itself" : "");
  return 1;
}

}  // namespace berth::agent::git

// `berth-agent gitssh` and its answers to git's questions as processes of their own, against a server in process. The
// ssh they run is a script that notes what it was given; the key's judge is OpenSSH's ssh-keygen.
#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/Subprocess.h"
#include "core/http/Server.h"
#include "tests/integration/core/server/ServerFixture.h"

namespace berth::server::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr CaptureLimits kLimits{.outputBytes = 1U << 20, .time = std::chrono::seconds(20)};

// Asked for its configuration it names two key files, one of which exists. Else it keeps its arguments and the last
// key, and does what the test says in FAKE_SSH.
constexpr const char* kFakeSsh = R"(#!/bin/sh
if [ "$1" = -G ]; then
  printf 'user me\nidentityfile %s/own\nidentityfile %s/missing\n' "$BOX" "$BOX"
  exit 0
fi
printf '%s\n' "$@" > "$BOX/arguments"
while [ "$1" = -i ]; do key=$2; shift 2; done
stat -c %a "$key" > "$BOX/mode"
cp "$key" "$BOX/key"
echo "ready $key"
eval "$FAKE_SSH"
)";

std::string readFile(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) found.push_back(line);
  return found;
}

class GitSsh : public ServerFixture {
 protected:
  void SetUp() override {
    const char* binaries = std::getenv("BERTH_BIN_DIR");
    ASSERT_NE(binaries, nullptr);
    m_agent = std::string(binaries) + "/berth-agent";
    makeWorkspace();
    std::filesystem::create_directories(box() / "tmp");
    std::ofstream(box() / "ssh") << kFakeSsh;
    std::filesystem::permissions(box() / "ssh", std::filesystem::perms::owner_all);
    std::ofstream(box() / "own") << "a key of the user's own\n";
  }

  std::filesystem::path box() const { return directory / "box"; }

  SubprocessOptions command(std::vector<std::string> arguments, const std::string& fakeSsh = "exit 0") const {
    arguments.insert(arguments.begin(), m_agent);
    return {.command = std::move(arguments),
            .environment = {"PATH=" + box().string() + ":/usr/bin:/bin", "HOME=" + box().string(),
                            "TMPDIR=" + (box() / "tmp").string(), "BOX=" + box().string(), "FAKE_SSH=" + fakeSsh,
                            "CODER_AGENT_URL=" + client->origin().toString(),
                            "CODER_AGENT_TOKEN=" + agentToken.toString()}};
  }

  static void set(SubprocessOptions& options, const std::string& line) {
    const auto name = line.substr(0, line.find('=') + 1);
    std::erase_if(options.environment, [&](const std::string& other) { return other.starts_with(name); });
    options.environment.push_back(line);
  }

  Captured run(std::vector<std::string> arguments, const std::string& fakeSsh = "exit 0") {
    auto done = await(runProcess(command(std::move(arguments), fakeSsh), kLimits));
    if (!done) throw std::runtime_error(done.error().message());
    return std::move(*done);
  }

  std::string publicKey() { return std::string(get("/api/v2/users/me/gitsshkey").body.at("public_key").as_string()); }

  bool leftNothing() const { return std::filesystem::is_empty(box() / "tmp"); }

  std::string m_agent;
};

TEST_F(GitSsh, runsSshWithOwnKeysAndThenTheOwnersOne) {
  const auto done = run({"gitssh", "--", "-p", "22", "git@host", "git-upload-pack 'a b'"});
  EXPECT_EQ(done.exit.code, 0) << done.errorOutput;
  const std::string key = done.output.substr(6, done.output.find('\n') - 6);
  EXPECT_THAT(lines(readFile(box() / "arguments")),
              ElementsAre("-i", (box() / "own").string(), "-i", key, "-p", "22", "git@host", "git-upload-pack 'a b'"));
  EXPECT_EQ(readFile(box() / "mode"), "600\n");
  EXPECT_TRUE(key.starts_with((box() / "tmp").string())) << key;
  EXPECT_TRUE(leftNothing());
}

TEST_F(GitSsh, theKeyIsOneThatOpenSshTakes) {
  run({"gitssh", "--", "host"});
  std::filesystem::permissions(box() / "key", std::filesystem::perms::owner_read);
  auto judged = await(runProcess(
      {.command = {"ssh-keygen", "-y", "-f", (box() / "key").string()}, .environment = {"PATH=/usr/bin:/bin"}},
      kLimits));
  ASSERT_TRUE(judged) << judged.error().message();
  EXPECT_EQ(judged->exit.code, 0) << judged->errorOutput;
  const std::string expected = publicKey();
  EXPECT_TRUE(judged->output.starts_with(expected.substr(0, expected.find_last_not_of('\n') + 1)))
      << judged->output << expected;
}

TEST_F(GitSsh, passesExitCodesOn) {
  EXPECT_EQ(run({"gitssh", "--", "host"}, "exit 7").exit.code, 7);
  EXPECT_EQ(run({"gitssh", "--", "host"}, "kill -9 $$").exit.code, 128 + SIGKILL);
}

TEST_F(GitSsh, aRefusedLoginShowsTheKeyToAdd) {
  const auto done = run({"gitssh", "--", "host"}, "exit 255");
  EXPECT_EQ(done.exit.code, 255);
  EXPECT_THAT(done.errorOutput, HasSubstr("  " + publicKey()));
  EXPECT_TRUE(run({"gitssh", "--", "host"}, "exit 1").errorOutput.empty())
      << "a remote command's failure is no refusal";
}

TEST_F(GitSsh, aSignalReachesSshAndLeavesNoKey) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    auto options = command({"gitssh", "--", "host"}, "exec sleep 60");
    options.errorOutput = SubprocessOptions::Pipe::Null;
    const auto started = Subprocess::start(io.get_executor(), options);
    ASSERT_TRUE(started) << started.error().message();
    LineReader reader((*started)->output());
    const auto line = await(reader.next());
    ASSERT_TRUE(line && line->starts_with("ready ")) << line.value_or("nothing");
    EXPECT_FALSE(leftNothing());
    ::kill((*started)->processId(), number);
    const auto exit = await((*started)->wait());
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, 128 + number);
    EXPECT_TRUE(leftNothing());
  }
}

TEST_F(GitSsh, gitsTrialNeedsNoServer) {
  auto options = command({"gitssh", "--", "-G", "host"});
  set(options, "CODER_AGENT_URL=http://127.0.0.1:1");
  const auto done = await(runProcess(options, kLimits));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->exit.code, 0) << done->errorOutput;
  EXPECT_THAT(done->output, HasSubstr("identityfile"));
}

TEST_F(GitSsh, goesOnWithOwnKeysWhenTheServerRefuses) {
  agentToken = Uuid::random();
  const auto done = run({"gitssh", "--", "host"}, "exit 0");
  EXPECT_EQ(done.exit.code, 0);
  EXPECT_THAT(done.errorOutput, HasSubstr("status 401"));
  EXPECT_THAT(lines(readFile(box() / "arguments")), ElementsAre("-i", (box() / "own").string(), "host"));
}

TEST_F(GitSsh, failsClearlyWithoutAnyKey) {
  agentToken = Uuid::random();
  std::filesystem::remove(box() / "own");
  const auto done = run({"gitssh", "--", "host"});
  EXPECT_EQ(done.exit.code, 1);
  EXPECT_THAT(done.errorOutput, HasSubstr("fetch your SSH key from the server: status 401"));
  EXPECT_FALSE(std::filesystem::exists(box() / "arguments")) << "ssh was not to be run";
}

TEST_F(GitSsh, saysWhenThereIsNoSsh) {
  auto options = command({"gitssh", "--", "host"});
  set(options, "PATH=" + (box() / "tmp").string());
  const auto done = await(runProcess(options, kLimits));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->exit.code, 1);
  EXPECT_THAT(done->errorOutput, HasSubstr("openssh-client"));
}

TEST_F(GitSsh, aQuestionWithoutProviderIsLeftToGit) {
  const auto done = run({"Username for 'https://git.example.com': "});
  EXPECT_EQ(done.exit.code, 1);
  EXPECT_EQ(done.output, "");
  EXPECT_THAT(done.errorOutput, HasSubstr("No matching external auth provider"));
}

// A server with external authentication, as the reference describes it; ours has none.
class Askpass : public GitSsh {
 protected:
  void SetUp() override {
    GitSsh::SetUp();
    m_provider = http::makeServer(io.get_executor());
    const auto port = m_provider->listen("127.0.0.1:0");
    ASSERT_TRUE(port) << port.error().message();
    m_url = std::format("http://127.0.0.1:{}", *port);
    m_provider->serve({.handle = [this](http::Exchange& exchange) { return answer(exchange); }});
  }
  void TearDown() override { await(m_provider->stop(std::chrono::milliseconds(100))); }

  // Each request gets the next of m_answers; then the last one.
  Task<void> answer(http::Exchange& exchange) {
    m_requests.push_back(exchange.request());
    const std::size_t index = std::min(m_requests.size(), m_answers.size()) - 1;
    co_await exchange.respond({.body = m_answers[index]});
  }

  Captured ask(const std::string& question, const std::vector<std::string>& extra = {}) {
    auto options = command({question});
    set(options, "CODER_AGENT_URL=" + m_url);
    for (const std::string& line : extra) set(options, line);
    options.directory = box();
    auto done = await(runProcess(options, kLimits));
    if (!done) throw std::runtime_error(done.error().message());
    return std::move(*done);
  }

  std::unique_ptr<http::Server> m_provider;
  std::string m_url;
  std::vector<std::string> m_answers;
  std::vector<http::Request> m_requests;
};

TEST_F(Askpass, givesWhatTheServerAnswers) {
  m_answers = {R"({"url":"","type":"gitlab","username":"oauth2","password":"token"})"};
  const auto user = ask("Username for 'https://gitlab.com/a b': ");
  EXPECT_EQ(user.output, "oauth2\n") << user.errorOutput;
  EXPECT_EQ(ask("Password for 'https://oauth2@gitlab.com': ").output, "token\n");
  ASSERT_EQ(m_requests.size(), 2U);
  EXPECT_EQ(m_requests[1].path(), "/api/v2/workspaceagents/me/external-auth");
  EXPECT_EQ(m_requests[1].query("match"), "https://gitlab.com");
  EXPECT_EQ(m_requests[1].query("listen"), std::nullopt);
  EXPECT_EQ(m_requests[1].headers.find("Coder-Session-Token"), agentToken.toString());
}

TEST_F(Askpass, tellsWhatAChatWorksOn) {
  m_answers = {R"({"username":"token"})"};
  const auto made =
      await(runProcess({.command = {"/bin/sh", "-c",
                                    "git init -q -b topic && git remote add origin https://host/x && "
                                    "git -c user.name=me -c user.email=me@x commit -q --allow-empty -m x"},
                        .directory = box(),
                        .environment = {"PATH=/usr/bin:/bin", "HOME=" + box().string()}},
                       kLimits));
  ASSERT_TRUE(made && made->exit.isSuccess()) << (made ? made->errorOutput : made.error().message());
  ask("Username for 'https://host': ", {"CODER_CHAT_ID=chat"});
  ASSERT_EQ(m_requests.size(), 1U);
  EXPECT_EQ(m_requests[0].query("git_branch"), "topic");
  EXPECT_EQ(m_requests[0].query("git_remote_origin"), "https://host/x");
  EXPECT_EQ(m_requests[0].query("chat_id"), "chat");
}

TEST_F(Askpass, waitsWhileTheUserSignsIn) {
  const std::string notYet = R"({"url":"https://berth.example.com/external-auth/github"})";
  m_answers = {notYet, notYet, R"({"url":"","username":"token"})"};
  std::ofstream(box() / "browser") << "#!/bin/sh\necho noise; echo \"$1\" > \"$BOX/opened\"\n";
  std::filesystem::permissions(box() / "browser", std::filesystem::perms::owner_all);
  const auto done = ask("Username for 'https://github.com': ", {"BROWSER=" + (box() / "browser").string()});
  EXPECT_EQ(done.output, "token\n");
  EXPECT_THAT(done.errorOutput, HasSubstr("https://berth.example.com/external-auth/github"));
  EXPECT_EQ(readFile(box() / "opened"), "https://berth.example.com/external-auth/github\n");
  ASSERT_EQ(m_requests.size(), 3U);
  EXPECT_EQ(m_requests[0].query("listen"), std::nullopt);
  EXPECT_EQ(m_requests[2].query("listen"), "true");
}

TEST_F(Askpass, anAgentOfAChatDoesNotWait) {
  m_answers = {R"({"url":"https://berth.example.com/external-auth/github"})"};
  const auto done = ask("Username for 'https://github.com': ", {"CODER_CHAT_AGENT=true"});
  EXPECT_EQ(done.exit.code, 1);
  EXPECT_EQ(done.output, "");
  EXPECT_THAT(done.errorOutput, HasSubstr("https://berth.example.com/external-auth/github"));
  EXPECT_EQ(m_requests.size(), 1U);
}

}  // namespace
}  // namespace berth::server::testing

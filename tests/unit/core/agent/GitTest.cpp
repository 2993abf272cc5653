#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/agent/ServerAccess.h"
#include "core/agent/git/Askpass.h"
#include "core/agent/git/PrivateFile.h"
#include "core/agent/git/Ssh.h"

namespace berth::agent::git {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Askpass, tellsQuestionsFromCommands) {
  EXPECT_TRUE(looksLikePrompt("Username for 'https://github.com': "));
  EXPECT_TRUE(looksLikePrompt("Password for 'https://me@github.com': "));
  for (const auto* command : {"agent", "gitssh", "--version", "Username", ""}) EXPECT_FALSE(looksLikePrompt(command));
}

TEST(Askpass, splitsTheUserOffTheUrl) {
  const struct {
    const char *question, *url, *user;
  } rows[] = {
      {"Username for 'https://github.com': ", "https://github.com", ""},
      {"Username for 'https://host:8443/some/path.git': ", "https://host:8443/some/path.git", ""},
      {"Password for 'https://me@github.com': ", "https://github.com", "me"},
      {"Password for 'https://oauth2@gitlab.example.com/a@b': ", "https://gitlab.example.com/a@b", "oauth2"},
      {"Password for 'https://me:old@host/x': ", "https://host/x", "me"},
      {"Password for 'https://a%40b@host': ", "https://host", "a%40b"},
      {"Password for 'http://me@[::1]:80/x': ", "http://[::1]:80/x", "me"},
      {"Username for \"https://lfs.example.com\"", "https://lfs.example.com", ""},  // as git-lfs writes it
  };
  for (const auto& row : rows) {
    const auto prompt = parsePrompt(row.question);
    ASSERT_TRUE(prompt) << row.question << ": " << prompt.error().message();
    EXPECT_EQ(prompt->url, row.url) << row.question;
    EXPECT_EQ(prompt->user, row.user) << row.question;
  }
}

TEST(Askpass, refusesWhatHasNoUrlOfTheWeb) {
  for (const auto* question : {"Username for 'ftp://host': ", "Password for 'cert:///home/me/key': ", "Username: ",
                               "Username for '': ", "Password for"})
    EXPECT_FALSE(parsePrompt(question)) << question;
}

TEST(Askpass, answersWithTheUserFirstAndThenThePassword) {
  const api::AgentExternalAuth gitlab{.username = "oauth2", .password = "token"};
  EXPECT_EQ(chooseAnswer({"https://gitlab.com", ""}, gitlab), "oauth2");
  EXPECT_EQ(chooseAnswer({"https://gitlab.com", "oauth2"}, gitlab), "token");
  const api::AgentExternalAuth github{.username = "token", .password = ""};
  EXPECT_EQ(chooseAnswer({"https://github.com", ""}, github), "token");
  EXPECT_EQ(chooseAnswer({"https://github.com", "me"}, github), "token");
}

TEST(GitSsh, readsTheKeyFilesOfAConfiguration) {
  const auto files = parseIdentityFiles(
      "user me\nidentityfile ~/.ssh/id_rsa\nidentitiesonly no\nidentityfile /keys/with blank\r\nidentityfile \n"
      "identityfile ~other/key\nidentityfile ~/last",
      "/home/me");
  EXPECT_THAT(files, ElementsAre("/home/me/.ssh/id_rsa", "/keys/with blank", "~other/key", "/home/me/last"));
  EXPECT_TRUE(parseIdentityFiles("", "/home/me").empty());
}

TEST(GitSsh, knowsTheKeyFilesOfSsh) {
  const auto files = defaultIdentityFiles("/home/me");
  ASSERT_EQ(files.size(), 7U);
  EXPECT_EQ(files.front(), "/home/me/.ssh/id_rsa");
}

TEST(GitSsh, keysComeBeforeTheArguments) {
  EXPECT_THAT(withIdentities({"/own", "/tmp/x"}, {"-p", "22", "host", "git-upload-pack 'a b'"}),
              ElementsAre("-i", "/own", "-i", "/tmp/x", "-p", "22", "host", "git-upload-pack 'a b'"));
}

TEST(GitSsh, onlyALeadingFlagIsAProbe) {
  EXPECT_TRUE(isProbe({"-G", "host"}));
  EXPECT_FALSE(isProbe({"host", "-G"}));
  EXPECT_FALSE(isProbe({}));
}

TEST(GitSsh, adviceShowsTheKeyOnALineOfItsOwn) {
  EXPECT_THAT(refusedAdvice("ssh-ed25519 AAAA\n"), HasSubstr("\n  ssh-ed25519 AAAA\n"));
}

TEST(PrivateFile, isThereForItsOwnerAloneAndThenGone) {
  std::string path;
  {
    const auto file = PrivateFile::create(::testing::TempDir(), Secret("key\n"));
    ASSERT_TRUE(file) << file.error().message();
    path = file->path();
    EXPECT_EQ(std::filesystem::status(path).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::string line;
    std::getline(std::ifstream(path), line);
    EXPECT_EQ(line, "key");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(PrivateFile, saysWhereItCannotBe) {
  const auto file = PrivateFile::create("/nowhere", Secret("key"));
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message(), HasSubstr("/nowhere"));
}

Lookup variables(std::map<std::string, std::string, std::less<>> values) {
  return [values = std::move(values)](std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  };
}

TEST(ServerAccess, comesFromTheEnvironment) {
  const auto access = readServerAccess(variables({{"CODER_AGENT_URL", "https://berth.example.com/base/"},
                                                  {"CODER_AGENT_TOKEN", " token\n"},
                                                  {"CODER_AGENT_HEADER", "X-A=1,X-B=2=3"},
                                                  {"CODER_AGENT_HEADER_COMMAND", "echo X-C=4"}}));
  ASSERT_TRUE(access) << access.error().message();
  EXPECT_EQ(access->server.toString(), "https://berth.example.com/base");
  EXPECT_EQ(access->token.reveal(), "token");
  EXPECT_EQ(access->extraHeaders.find("X-A"), "1");
  EXPECT_EQ(access->extraHeaders.find("X-B"), "2=3");
  EXPECT_EQ(access->extraHeaders.find("X-C"), "4");
}

TEST(ServerAccess, tokenMayStandInAFile) {
  const std::string file = ::testing::TempDir() + "/agent-token";
  std::ofstream(file) << "from-file\n";
  EXPECT_EQ(readToken("", file)->reveal(), "from-file");
  EXPECT_EQ(readToken("given", file)->reveal(), "given");
  std::ofstream(file, std::ios::trunc) << " \n";
  EXPECT_FALSE(readToken("", file)) << "an empty file is no token";
}

TEST(ServerAccess, saysWhatIsMissing) {
  EXPECT_THAT(readServerAccess(variables({})).error().message(), HasSubstr("CODER_AGENT_URL"));
  EXPECT_THAT(readServerAccess(variables({{"CODER_AGENT_URL", "http://x"}})).error().message(),
              HasSubstr("CODER_AGENT_TOKEN"));
  EXPECT_THAT(readServerAccess(variables({{"CODER_AGENT_URL", "http://x"}, {"CODER_AGENT_TOKEN_FILE", "/nowhere"}}))
                  .error()
                  .message(),
              HasSubstr("/nowhere"));
  EXPECT_THAT(readHeaders({"no-value"}, "").error().message(), HasSubstr("no-value"));
}

TEST(ServerAccess, refusalsSayWhatTheServerSaid) {
  EXPECT_EQ(refusalText({.status = 403, .body = R"({"message":"Forbidden."})"}), "status 403: Forbidden.");
  EXPECT_EQ(refusalText({.status = 502, .body = "<html>"}), "status 502");
}

}  // namespace
}  // namespace berth::agent::git

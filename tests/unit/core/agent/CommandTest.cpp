#include "core/agent/Command.h"

#include <gmock/gmock.h>

#include "core/agent/ssh/HostKey.h"
#include "core/agent/ssh/Server.h"

namespace berth::agent {
namespace {

using testing::ElementsAre;

TEST(Command, noTextIsALoginShell) { EXPECT_THAT(commandArguments("/bin/bash", ""), ElementsAre("/bin/bash", "-l")); }

TEST(Command, textGoesToTheShellAsItIs) {
  EXPECT_THAT(commandArguments("/bin/sh", "echo \"a  b\"; exit 3"),
              ElementsAre("/bin/sh", "-c", "echo \"a  b\"; exit 3"));
}

TEST(Command, shebangNamesTheInterpreter) {
  const std::string script = "#!/usr/bin/env  python3\nprint(1)\n";
  EXPECT_THAT(commandArguments("/bin/sh", script), ElementsAre("/usr/bin/env", "python3", "-c", script));
  EXPECT_THAT(commandArguments("/bin/sh", "  #!/bin/bash -e"),
              ElementsAre("/bin/bash", "-e", "-c", "  #!/bin/bash -e"));
}

TEST(Command, emptyShebangIsAnOrdinaryComment) {
  EXPECT_THAT(commandArguments("/bin/sh", "#!\ntrue"), ElementsAre("/bin/sh", "-c", "#!\ntrue"));
}

TEST(HostKey, dependsOnTheNamesAndTheirBorders) {
  const std::string key = ssh::hostKeyPem("alice", "dev", "main");
  EXPECT_EQ(key, ssh::hostKeyPem("alice", "dev", "main"));
  EXPECT_NE(key, ssh::hostKeyPem("alicedev", "", "main"));
  EXPECT_NE(key, ssh::hostKeyPem("alice", "dev", "other"));
}

TEST(SessionType, isReadWithoutRegardToCase) {
  EXPECT_EQ(ssh::parseSessionType(""), ssh::SessionType::Ssh);
  EXPECT_EQ(ssh::parseSessionType("SSH"), ssh::SessionType::Ssh);
  EXPECT_EQ(ssh::parseSessionType("VSCode"), ssh::SessionType::VsCode);
  EXPECT_EQ(ssh::parseSessionType("jetbrains"), ssh::SessionType::JetBrains);
  EXPECT_EQ(ssh::parseSessionType("emacs"), ssh::SessionType::Unknown);
}

}  // namespace
}  // namespace berth::agent

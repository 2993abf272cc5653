#include "core/agent/Passwd.h"

#include <gtest/gtest.h>

namespace berth::agent {
namespace {

constexpr std::string_view kPasswd =
    "root:x:0:0:root:/root:/bin/bash\n"
    "broken line\n"
    "short:x:1000:1000\n"
    "dev:x:1000:1000:Dev,,,:/home/dev:/usr/bin/zsh\n"
    "last:x:1001:1001::/home/last:";

TEST(Passwd, findsTheUserOfAnId) { EXPECT_EQ(findUser(kPasswd, 0), (User{"root", "/root", "/bin/bash"})); }

TEST(Passwd, skipsLinesThatAreTooShort) {
  EXPECT_EQ(findUser(kPasswd, 1000), (User{"dev", "/home/dev", "/usr/bin/zsh"}));
}

TEST(Passwd, takesAnEmptyShellAndAMissingLastLineEnd) {
  EXPECT_EQ(findUser(kPasswd, 1001), (User{"last", "/home/last", ""}));
}

TEST(Passwd, hasNobodyForAnUnknownId) {
  EXPECT_EQ(findUser(kPasswd, 42), std::nullopt);
  EXPECT_EQ(findUser("", 0), std::nullopt);
}

TEST(Passwd, currentUserHasAllParts) {
  const User user = currentUser();
  EXPECT_FALSE(user.name.empty());
  EXPECT_TRUE(user.home.starts_with('/'));
  EXPECT_TRUE(user.shell.starts_with('/'));
}

}  // namespace
}  // namespace berth::agent

#include "Sample.h"

using namespace berth;
using namespace berth::store;

namespace {

class Users : public SampleTest {
 protected:
  ApiKeyRecord key(std::string id, std::string name) const {
    ApiKeyRecord record;
    record.id = std::move(id);
    record.userId = sample.user.id;
    record.tokenName = std::move(name);
    record.loginType = record.tokenName.empty() ? LoginType::Password : LoginType::Token;
    record.scopes = {"coder:all"};
    record.hashedSecret = Bytes(32, std::byte{7});
    return record;
  }
};

}  // namespace

TEST_F(Users, comeBackAsStored) {
  const auto user = in([&](Transaction& tx) { return getUser(tx, sample.user.id); });
  EXPECT_EQ(user.email, sample.user.email);
  EXPECT_EQ(user.roles, sample.user.roles);
  EXPECT_EQ(user.createdAt, sample.user.createdAt);
  EXPECT_EQ(user.lastSeenAt, kNoTime);
  EXPECT_EQ(user.appearance, sample.user.appearance);
  EXPECT_TRUE(in([](Transaction& tx) { return hasAnyUser(tx); }));
}

TEST_F(Users, areFoundWithoutCase) {
  EXPECT_TRUE(in([](Transaction& tx) { return findUserByEmail(tx, "me@EXAMPLE.com"); }).has_value());
  EXPECT_TRUE(in([](Transaction& tx) { return findUserByUsername(tx, "mE"); }).has_value());
  EXPECT_FALSE(in([](Transaction& tx) { return findUserByUsername(tx, "you"); }).has_value());
}

TEST_F(Users, haveUniqueNamesUntilDeleted) {
  auto other = sample.user;
  other.id = UserId::random();
  other.email = "other@example.com";
  other.username = "ME";
  EXPECT_EQ(codeOf([&](Transaction& tx) { return insertUser(tx, other); }), ErrorCode::AlreadyExists);
  in([&](Transaction& tx) { return markUserDeleted(tx, sample.user.id, at(9)); });
  in([&](Transaction& tx) { return insertUser(tx, other); });
  EXPECT_FALSE(in([&](Transaction& tx) { return findUser(tx, sample.user.id); }).has_value());
}

TEST_F(Users, areFiltered) {
  auto other = sample.user;
  other.id = UserId::random();
  other.email = "alice@example.com";
  other.username = "alice";
  other.roles = {};
  other.status = UserStatus::Dormant;
  in([&](Transaction& tx) { return insertUser(tx, other); });
  const auto names = [&](UserFilter filter) {
    std::string text;
    for (const auto& user : in([&](Transaction& tx) { return listUsers(tx, filter); })) text += user.username + " ";
    return text;
  };
  EXPECT_EQ(names({}), "alice Me ");
  EXPECT_EQ(names({.search = "ALI", .status = {}, .roles = {}, .loginTypes = {}}), "alice ");
  EXPECT_EQ(names({.search = "", .status = {UserStatus::Active}, .roles = {}, .loginTypes = {}}), "Me ");
  EXPECT_EQ(names({.search = "", .status = {}, .roles = {"owner"}, .loginTypes = {}}), "Me ");
}

TEST_F(Users, haveOneSshKey) {
  GitSshKeyRecord sshKey{
      .userId = sample.user.id, .createdAt = at(1), .updatedAt = at(1), .privateKey = "p", .publicKey = "1"};
  in([&](Transaction& tx) { return putGitSshKey(tx, sshKey); });
  sshKey.publicKey = "2";
  in([&](Transaction& tx) { return putGitSshKey(tx, sshKey); });
  EXPECT_EQ(in([&](Transaction& tx) { return findGitSshKey(tx, sample.user.id); })->publicKey, "2");
}

TEST_F(Users, haveKeysWithUniqueTokenNames) {
  in([&](Transaction& tx) { return insertApiKey(tx, key("aaaaaaaaaa", "")); });
  in([&](Transaction& tx) { return insertApiKey(tx, key("bbbbbbbbbb", "")); });
  in([&](Transaction& tx) { return insertApiKey(tx, key("cccccccccc", "t1")); });
  EXPECT_EQ(codeOf([&](Transaction& tx) { return insertApiKey(tx, key("dddddddddd", "t1")); }),
            ErrorCode::AlreadyExists);
  EXPECT_EQ(in([&](Transaction& tx) { return listTokens(tx, sample.user.id); }).size(), 1U);
  EXPECT_EQ(in([&](Transaction& tx) { return findApiKey(tx, "aaaaaaaaaa"); })->hashedSecret, Bytes(32, std::byte{7}));
  in([&](Transaction& tx) { return updateApiKeyUse(tx, "aaaaaaaaaa", at(5), "::1", at(6)); });
  EXPECT_EQ(in([&](Transaction& tx) { return findApiKey(tx, "aaaaaaaaaa"); })->expiresAt, at(6));
  EXPECT_TRUE(in([&](Transaction& tx) { return deleteApiKey(tx, "aaaaaaaaaa"); }));
  EXPECT_FALSE(in([&](Transaction& tx) { return deleteApiKey(tx, "aaaaaaaaaa"); }));
  in([&](Transaction& tx) { return deleteApiKeysOfUser(tx, sample.user.id); });
  EXPECT_FALSE(in([&](Transaction& tx) { return findApiKeyByName(tx, sample.user.id, "t1"); }).has_value());
}

TEST_F(Users, belongToOrganizations) {
  EXPECT_EQ(in([](Transaction& tx) { return getDefaultOrganization(tx); }).id, sample.organization.id);
  EXPECT_EQ(in([&](Transaction& tx) { return listOrganizationsOfUser(tx, sample.user.id); }).size(), 1U);
  EXPECT_TRUE(in([](Transaction& tx) { return findOrganizationByName(tx, "CODER"); }).has_value());
  in([&](Transaction& tx) {
    return updateOrganizationMemberRoles(tx, {.userId = sample.user.id,
                                              .organizationId = sample.organization.id,
                                              .createdAt = at(0),
                                              .updatedAt = at(8),
                                              .roles = {"organization-admin"}});
  });
  const auto members = in([&](Transaction& tx) { return listOrganizationMembers(tx, sample.organization.id); });
  ASSERT_EQ(members.size(), 1U);
  EXPECT_EQ(members[0].roles, std::vector<std::string>{"organization-admin"});
  EXPECT_TRUE(
      in([&](Transaction& tx) { return deleteOrganizationMember(tx, sample.organization.id, sample.user.id); }));
}

TEST_F(Users, uploadEachContentOnce) {
  EXPECT_EQ(in([&](Transaction& tx) { return findFileByHash(tx, sample.user.id, "abc"); }), sample.file.id);
  auto again = sample.file;
  again.id = FileId::random();
  EXPECT_EQ(codeOf([&](Transaction& tx) { return insertFile(tx, again); }), ErrorCode::AlreadyExists);
  EXPECT_EQ(in([&](Transaction& tx) { return findFile(tx, sample.file.id); })->data, sample.file.data);
}

TEST_F(Users, leaveAnAuditTrail) {
  for (int i = 0; i < 3; ++i) {
    AuditLogRecord entry;
    entry.id = Uuid::random();
    entry.time = at(i);
    entry.userId = sample.user.id;
    entry.action = std::to_string(i);
    in([&](Transaction& tx) { return insertAuditLog(tx, entry); });
  }
  const auto page = in([](Transaction& tx) { return listAuditLogs(tx, 1, 1); });
  ASSERT_EQ(page.size(), 1U);
  EXPECT_EQ(page[0].action, "1");
  EXPECT_EQ(in([](Transaction& tx) { return countAuditLogs(tx); }), 3);
}

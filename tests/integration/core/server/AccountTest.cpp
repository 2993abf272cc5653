// Who may come in: passwords, keys and their ends.
#include "core/server/auth/ApiKeys.h"
#include "core/store/ApiKeys.h"
#include "core/store/Users.h"
#include "tests/integration/core/server/ServerFixture.h"

namespace berth::server::testing {
namespace {

using store::Transaction;

constexpr const char* kPassword = "Correct-horse-9";

std::string text(const json::value& value) { return std::string(value.as_string()); }

class Account : public ServerFixture {
 protected:
  // Another user, who signs in with kPassword.
  void addBob() {
    ASSERT_EQ(send("POST", "/api/v2/users",
                   {{"email", "bob@example.com"},
                    {"username", "bob"},
                    {"password", kPassword},
                    {"organization_ids", json::array{organization.toString()}}})
                  .status,
              201);
  }
  Reply login(std::string_view password, std::string_view email = "bob@example.com") {
    return send("POST", "/api/v2/users/login", {{"email", email}, {"password", password}});
  }
  Reply meWith(std::string key) {
    http::Request request{"GET", "/api/v2/users/me", {{"Coder-Session-Token", key}}, {}};
    const auto response = await(client->send(std::move(request)));
    if (!response) throw std::runtime_error(response.error().message());
    return {response->status, json::parse(response->body), response->headers};
  }
  // A key of the fixture's user with what `change` makes of it.
  std::string keyWith(const std::function<void(store::ApiKeyRecord&)>& change) {
    auto key = makeApiKey(userId, LoginType::Token, std::chrono::hours(1), clock.wallNow(), "127.0.0.1");
    key.record.tokenName = key.record.id;
    change(key.record);
    inStore([record = key.record](Transaction& tx) -> Result<bool> {
      TRY(store::insertApiKey(tx, record));
      return true;
    });
    return std::string(key.token.reveal());
  }
};

TEST_F(Account, wrongPasswordsAreCountedForOneAccountOnly) {
  addBob();
  for (int i = 0; i < FailedLogins::kAllowed; ++i) {
    const auto refused = login("wrong-" + std::to_string(i));
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(text(refused.body.at("message")), "Incorrect email or password.");
  }
  const auto blocked = login(kPassword);
  EXPECT_EQ(blocked.status, 429) << "even the right one has to wait now";
  EXPECT_TRUE(text(blocked.body.at("message")).starts_with("Too many wrong passwords. Try again in "));
  EXPECT_EQ(login("wrong", "me@example.com").status, 401) << "others are not disturbed";
  EXPECT_EQ(get("/api/v2/users/me").status, 200) << "sessions go on";
}

TEST_F(Account, unknownEmailLooksLikeAWrongPassword) {
  addBob();
  EXPECT_EQ(login("wrong").body, login("wrong", "nobody@example.com").body);
}

TEST_F(Account, signingInClearsTheCount) {
  addBob();
  for (int i = 0; i < FailedLogins::kAllowed - 1; ++i) EXPECT_EQ(login("wrong").status, 401);
  EXPECT_EQ(login(kPassword).status, 201);
  EXPECT_EQ(login("wrong").status, 401);
  const auto again = login(kPassword);
  ASSERT_EQ(again.status, 201);
  EXPECT_EQ(meWith(text(again.body.at("session_token"))).status, 200);
}

TEST_F(Account, keysSayWhyTheyAreRefused) {
  const auto good = keyWith([](auto&) {});
  ASSERT_EQ(meWith(good).status, 200);
  const auto expired = keyWith([this](auto& key) { key.expiresAt = clock.wallNow() - std::chrono::seconds(1); });
  const auto secret = good.substr(0, good.size() - 1) + (good.back() == 'x' ? 'y' : 'x');
  const struct {
    std::string key;
    std::string detail;
  } rows[] = {{expired, "API key expired at \""},
              {secret, "API key secret is invalid."},
              {"abcdefghij-0123456789012345678901", "API key is invalid."},
              {"nonsense", "Invalid API key format: "},
              {std::string(100'000, 'x') /* over the header limit */, ""}};
  for (const auto& [key, detail] : rows) {
    const auto refused = meWith(key);
    if (detail.empty()) {
      EXPECT_EQ(refused.status, 431);
      continue;
    }
    EXPECT_EQ(refused.status, 401) << detail;
    EXPECT_EQ(text(refused.body.at("message")),
              "You are signed out or your session has expired. Please sign in again to continue.");
    EXPECT_TRUE(text(refused.body.at("detail")).starts_with(detail)) << refused.body;
  }
}

TEST_F(Account, keysForApplicationsMakeNoOtherKeys) {
  const auto narrow = keyWith([](auto& key) { key.scopes = {"coder:application_connect"}; });
  EXPECT_EQ(meWith(narrow).status, 403);
  http::Request request{"POST", "/api/v2/users/me/keys", {{"Coder-Session-Token", narrow}}, {}};
  EXPECT_EQ(await(client->send(std::move(request)))->status, 403);
}

TEST_F(Account, onlyOwnersMakeOwners) {
  const json::object admin{{"email", "ann@example.com"},
                           {"username", "ann"},
                           {"password", kPassword},
                           {"organization_ids", json::array{organization.toString()}},
                           {"roles", json::array{"user-admin"}}};
  ASSERT_EQ(send("POST", "/api/v2/users", admin).status, 201);
  const auto signedIn = login(kPassword, "ann@example.com");
  ASSERT_EQ(signedIn.status, 201);
  auto wanted = admin;
  wanted["email"] = "eve@example.com";
  wanted["username"] = "eve";
  const auto create = [&](const char* role) {
    wanted["roles"] = json::array{role};
    http::Request request{"POST",
                          "/api/v2/users",
                          {{"Coder-Session-Token", text(signedIn.body.at("session_token"))}},
                          json::serialize(wanted)};
    return await(client->send(std::move(request)))->status;
  };
  EXPECT_EQ(create("owner"), 403);
  EXPECT_EQ(create("auditor"), 201);
}

TEST_F(Account, theFirstUserIsMadeOnce) {
  const auto second =
      send("POST", "/api/v2/users/first", {{"email", "eve@example.com"}, {"username", "eve"}, {"password", kPassword}});
  EXPECT_EQ(second.status, 409);
}

}  // namespace
}  // namespace berth::server::testing

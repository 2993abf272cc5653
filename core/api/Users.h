// First user, login, users, keys, roles (reference/rest-api.md 2).
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/api/Common.h"
#include "core/base/Clock.h"
#include "core/base/Enums.h"

namespace berth::api {

struct TrialInfo {
  std::string first_name, last_name, phone_number, job_title, company_name, country, developers;
};
BOOST_DESCRIBE_STRUCT(TrialInfo, (),
                      (first_name, last_name, phone_number, job_title, company_name, country, developers))

struct OnboardingInfo {
  bool newsletter_marketing = false;
  bool newsletter_releases = false;
};
BOOST_DESCRIBE_STRUCT(OnboardingInfo, (), (newsletter_marketing, newsletter_releases))

struct CreateFirstUserRequest {
  std::string email, username, name, password;
  bool trial = false;
  TrialInfo trial_info;
  std::optional<OnboardingInfo> onboarding_info;
};
BOOST_DESCRIBE_STRUCT(CreateFirstUserRequest, (), (email, username, name, password, trial, trial_info, onboarding_info))

struct CreateFirstUserResponse {
  UserId user_id;
  OrganizationId organization_id;
};
BOOST_DESCRIBE_STRUCT(CreateFirstUserResponse, (), (user_id, organization_id))

struct PasswordAuthMethod {
  bool enabled = false;
};
BOOST_DESCRIBE_STRUCT(PasswordAuthMethod, (), (enabled))

struct GithubAuthMethod {
  bool enabled = false;
  bool default_provider_configured = false;
};
BOOST_DESCRIBE_STRUCT(GithubAuthMethod, (), (enabled, default_provider_configured))

struct OidcAuthMethod {
  bool enabled = false;
  std::string signInText, iconUrl;
};
BOOST_DESCRIBE_STRUCT(OidcAuthMethod, (), (enabled, signInText, iconUrl))

struct AuthMethods {
  std::optional<std::string> terms_of_service_url;
  PasswordAuthMethod password;
  GithubAuthMethod github;
  OidcAuthMethod oidc;
};
BOOST_DESCRIBE_STRUCT(AuthMethods, (), (terms_of_service_url, password, github, oidc))

struct LoginWithPasswordRequest {
  std::string email, password;
};
BOOST_DESCRIBE_STRUCT(LoginWithPasswordRequest, (), (email, password))

struct LoginWithPasswordResponse {
  std::string session_token;
};
BOOST_DESCRIBE_STRUCT(LoginWithPasswordResponse, (), (session_token))

struct ValidatePasswordRequest {
  std::string password;
};
BOOST_DESCRIBE_STRUCT(ValidatePasswordRequest, (), (password))

struct ValidatePasswordResponse {
  bool valid = false;
  std::string details;
};
BOOST_DESCRIBE_STRUCT(ValidatePasswordResponse, (), (valid, details))

struct UserLoginType {
  LoginType login_type = LoginType::Unset;
};
BOOST_DESCRIBE_STRUCT(UserLoginType, (), (login_type))

struct User {
  UserId id;
  std::string username;
  std::optional<std::string> name;
  std::optional<std::string> avatar_url;
  std::string email;
  WallTime created_at = kNoTime;
  WallTime updated_at = kNoTime;
  WallTime last_seen_at = kNoTime;  // kNoTime: never
  UserStatus status = UserStatus::Active;
  LoginType login_type = LoginType::Unset;
  std::optional<bool> is_service_account;
  std::optional<std::string> theme_preference;
  std::vector<OrganizationId> organization_ids;
  std::vector<SlimRole> roles;
  bool has_ai_seat = false;
};
BOOST_DESCRIBE_STRUCT(User, (),
                      (id, username, name, avatar_url, email, created_at, updated_at, last_seen_at, status, login_type,
                       is_service_account, theme_preference, organization_ids, roles, has_ai_seat))

struct UsersResponse {
  std::vector<User> users;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(UsersResponse, (), (users, count))

struct CreateUserRequest {
  std::string email, username, name, password;
  LoginType login_type = LoginType::Unset;
  Nullable<UserStatus> user_status;
  std::vector<OrganizationId> organization_ids;
  std::optional<OrganizationId> organization_id;  // older clients send one here
  std::optional<bool> disable_login;              // older clients
  std::optional<bool> service_account;
  std::optional<std::vector<std::string>> roles;
};
BOOST_DESCRIBE_STRUCT(CreateUserRequest, (),
                      (email, username, name, password, login_type, user_status, organization_ids, organization_id,
                       disable_login, service_account, roles))

struct UpdateUserProfileRequest {
  std::string username, name;
  std::optional<std::string> avatar_url;
};
BOOST_DESCRIBE_STRUCT(UpdateUserProfileRequest, (), (username, name, avatar_url))

struct UpdateUserPasswordRequest {
  std::string old_password, password;
};
BOOST_DESCRIBE_STRUCT(UpdateUserPasswordRequest, (), (old_password, password))

struct UpdateRolesRequest {
  std::vector<std::string> roles;
};
BOOST_DESCRIBE_STRUCT(UpdateRolesRequest, (), (roles))

struct UserRoles {
  std::vector<std::string> roles;
  std::map<std::string, std::vector<std::string>> organization_roles;
};
BOOST_DESCRIBE_STRUCT(UserRoles, (), (roles, organization_roles))

struct UserAppearance {
  std::string theme_preference, theme_mode, theme_light, theme_dark, terminal_font;
};
BOOST_DESCRIBE_STRUCT(UserAppearance, (), (theme_preference, theme_mode, theme_light, theme_dark, terminal_font))

struct GitSshKey {
  UserId user_id;
  WallTime created_at = kNoTime;
  WallTime updated_at = kNoTime;
  std::string public_key;
};
BOOST_DESCRIBE_STRUCT(GitSshKey, (), (user_id, created_at, updated_at, public_key))

struct ApiKey {
  std::string id;
  UserId user_id;
  WallTime last_used = kNoTime;
  WallTime expires_at = kNoTime;
  WallTime created_at = kNoTime;
  WallTime updated_at = kNoTime;
  LoginType login_type = LoginType::Unset;
  std::string scope;
  std::vector<std::string> scopes;
  std::string token_name;
  std::int64_t lifetime_seconds = 0;
  std::vector<std::string> allow_list;
  std::optional<std::string> username;  // only in lists
};
BOOST_DESCRIBE_STRUCT(ApiKey, (),
                      (id, user_id, last_used, expires_at, created_at, updated_at, login_type, scope, scopes,
                       token_name, lifetime_seconds, allow_list, username))

struct GenerateApiKeyResponse {
  std::string key;
};
BOOST_DESCRIBE_STRUCT(GenerateApiKeyResponse, (), (key))

struct CreateTokenRequest {
  std::int64_t lifetime = 0;  // nanoseconds
  std::optional<std::string> scope;
  std::optional<std::vector<std::string>> scopes;
  std::string token_name;
  std::optional<std::vector<std::string>> allow_list;
};
BOOST_DESCRIBE_STRUCT(CreateTokenRequest, (), (lifetime, scope, scopes, token_name, allow_list))

struct TokenConfig {
  std::int64_t max_token_lifetime = 0;  // nanoseconds
};
BOOST_DESCRIBE_STRUCT(TokenConfig, (), (max_token_lifetime))

struct Permission {
  bool negate = false;
  std::string resource_type, action;
};
BOOST_DESCRIBE_STRUCT(Permission, (), (negate, resource_type, action))

struct AssignableRole {
  std::string name;
  std::optional<OrganizationId> organization_id;
  std::string display_name;
  std::vector<Permission> site_permissions;
  std::vector<Permission> user_permissions;
  std::vector<Permission> organization_permissions;
  std::vector<Permission> organization_member_permissions;
  bool assignable = false;
  bool built_in = false;
};
BOOST_DESCRIBE_STRUCT(AssignableRole, (),
                      (name, organization_id, display_name, site_permissions, user_permissions,
                       organization_permissions, organization_member_permissions, assignable, built_in))

struct AuthorizationObject {
  std::string resource_type;
  std::optional<std::string> owner_id;  // a UUID or "me"
  std::optional<std::string> organization_id;
  std::optional<std::string> resource_id;
  std::optional<bool> any_org;
};
BOOST_DESCRIBE_STRUCT(AuthorizationObject, (), (resource_type, owner_id, organization_id, resource_id, any_org))

struct AuthorizationCheck {
  AuthorizationObject object;
  std::string action;
};
BOOST_DESCRIBE_STRUCT(AuthorizationCheck, (), (object, action))

struct AuthorizationRequest {
  std::map<std::string, AuthorizationCheck> checks;
};
BOOST_DESCRIBE_STRUCT(AuthorizationRequest, (), (checks))

}  // namespace berth::api

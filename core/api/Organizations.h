// Organizations and their members (reference/rest-api.md 3.1).
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

struct Organization {
  OrganizationId id;
  std::string name, display_name, icon, description;
  WallTime created_at = kNoTime;
  WallTime updated_at = kNoTime;
  bool is_default = false;
  std::vector<std::string> default_org_member_roles;
};
BOOST_DESCRIBE_STRUCT(Organization, (),
                      (id, name, display_name, icon, description, created_at, updated_at, is_default,
                       default_org_member_roles))

struct OrganizationMember {
  UserId user_id;
  OrganizationId organization_id;
  WallTime created_at = kNoTime;
  WallTime updated_at = kNoTime;
  std::vector<SlimRole> roles;
};
BOOST_DESCRIBE_STRUCT(OrganizationMember, (), (user_id, organization_id, created_at, updated_at, roles))

struct OrganizationMemberWithUserData {
  std::string username;
  std::optional<std::string> name;
  std::optional<std::string> avatar_url;
  std::string email;
  UserStatus status = UserStatus::Active;
  LoginType login_type = LoginType::Unset;
  WallTime last_seen_at = kNoTime;
  WallTime user_created_at = kNoTime;
  WallTime user_updated_at = kNoTime;
  std::optional<bool> is_service_account;
  std::vector<SlimRole> global_roles;
  bool has_ai_seat = false;
  UserId user_id;
  OrganizationId organization_id;
  WallTime created_at = kNoTime;
  WallTime updated_at = kNoTime;
  std::vector<SlimRole> roles;
};
BOOST_DESCRIBE_STRUCT(OrganizationMemberWithUserData, (),
                      (username, name, avatar_url, email, status, login_type, last_seen_at, user_created_at,
                       user_updated_at, is_service_account, global_roles, has_ai_seat, user_id, organization_id,
                       created_at, updated_at, roles))

struct PaginatedMembersResponse {
  std::vector<OrganizationMemberWithUserData> members;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(PaginatedMembersResponse, (), (members, count))

}  // namespace berth::api

// The audit log (reference/rest-api.md 6.6).
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/api/Users.h"

namespace berth::api {

struct AuditDiffField {
  std::optional<RawJson> old;
  std::optional<RawJson> new_;
  bool secret = false;
};
BOOST_DESCRIBE_STRUCT(AuditDiffField, (), (old, new_, secret))

struct AuditOrganization {
  OrganizationId id;
  std::string name, display_name, icon;
};
BOOST_DESCRIBE_STRUCT(AuditOrganization, (), (id, name, display_name, icon))

struct AuditLog {
  Uuid id;
  RequestId request_id;
  WallTime time = kNoTime;
  std::string ip, user_agent, resource_type;
  Uuid resource_id;
  std::string resource_target, resource_icon, action;
  std::map<std::string, AuditDiffField> diff;
  std::int64_t status_code = 0;
  RawJson additional_fields;
  std::string description, resource_link;
  bool is_deleted = false;
  OrganizationId organization_id;
  std::optional<AuditOrganization> organization;
  Nullable<User> user;
};
BOOST_DESCRIBE_STRUCT(AuditLog, (),
                      (id, request_id, time, ip, user_agent, resource_type, resource_id, resource_target, resource_icon,
                       action, diff, status_code, additional_fields, description, resource_link, is_deleted,
                       organization_id, organization, user))

struct AuditLogResponse {
  std::vector<AuditLog> audit_logs;
  std::int64_t count = 0;
  std::int64_t count_cap = 0;
};
BOOST_DESCRIBE_STRUCT(AuditLogResponse, (), (audit_logs, count, count_cap))

}  // namespace berth::api

// Shapes that all routes share: errors, the plain answer, lists of names (reference/rest-api.md 1.4, 2.6).
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/api/Json.h"
#include "core/base/Ids.h"

namespace berth::api {

struct ValidationError {
  std::string field;
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(ValidationError, (), (field, detail))

// Every error, and the many 200 answers that have nothing to return.
struct Response {
  std::string message;
  std::optional<std::string> detail;
  std::optional<std::vector<ValidationError>> validations;
};
BOOST_DESCRIBE_STRUCT(Response, (), (message, detail, validations))

struct MinimalUser {
  UserId id;
  std::string username;
  std::optional<std::string> name;
  std::optional<std::string> avatar_url;
};
BOOST_DESCRIBE_STRUCT(MinimalUser, (), (id, username, name, avatar_url))

struct SlimRole {
  std::string name;
  std::string display_name;
  std::optional<OrganizationId> organization_id;
};
BOOST_DESCRIBE_STRUCT(SlimRole, (), (name, display_name, organization_id))

}  // namespace berth::api

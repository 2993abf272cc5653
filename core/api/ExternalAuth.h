// Sign-in to other services, such as git hosts (reference/rest-api.md 6.10, agent-and-ide.md 1.14).
#pragma once

#include <boost/describe/class.hpp>
#include <string>

#include "core/api/Json.h"

namespace berth::api {

// What an agent gets. A `url` that is not empty is where the user must sign in first; then the rest is empty.
struct AgentExternalAuth {
  std::string access_token, url, type, username, password;
};
BOOST_DESCRIBE_STRUCT(AgentExternalAuth, (), (access_token, url, type, username, password))

}  // namespace berth::api

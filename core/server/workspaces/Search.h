// The search language of list routes and the filter of the workspace list (reference/rest-api.md 4.3).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/Clock.h"
#include "core/base/Enums.h"
#include "core/base/Ids.h"
#include "core/server/http/ApiError.h"

namespace berth::server {

// `q` taken apart: lower-cased, keys with their values in order, bare words joined to one term.
struct SearchTerms {
  std::string bare;
  std::vector<std::pair<std::string, std::string>> keys;
};

// Grammar errors are validations of the field "q" under `message` ("Invalid workspace search query.").
ApiResult<SearchTerms> parseSearch(std::string_view query, std::string_view message);

struct WorkspaceFilter {
  std::vector<Uuid> ids;
  std::optional<std::string> owner;         // a username; "me" is already replaced by the caller's
  std::optional<std::string> organization;  // name or UUID
  std::optional<std::string> nameContains;
  std::optional<std::string> exactName;
  std::optional<std::string> templateName;
  std::optional<WorkspaceStatus> status;
  std::vector<AgentStatus> hasAgent;
  bool onlyDormant = false;
  std::optional<bool> outdated, healthy, shared, hasAiTask, hasExternalAgent;
  std::optional<WallTime> lastUsedBefore, lastUsedAfter;
  std::vector<std::pair<std::string, std::optional<std::string>>> parameters;
  bool matchesNothing = false;  // asks for what this server never has, such as workspaces shared with a group
};

ApiResult<WorkspaceFilter> parseWorkspaceFilter(std::string_view query, std::string_view callerName);

}  // namespace berth::server

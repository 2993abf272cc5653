#include "core/server/workspaces/Search.h"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>

namespace berth::server {

namespace {

constexpr const char* kInvalidWorkspaceSearch = "Invalid workspace search query.";

std::unexpected<ApiError> invalid(std::string_view message, std::string field, std::string detail) {
  return apiFail(ApiError(400, std::string(message), {}, {{std::move(field), std::move(detail)}}));
}

// Splits at `separator` outside double quotes; quotes stay where they are.
std::vector<std::string> splitUnquoted(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  bool isQuoted = false;
  for (char c : text) {
    if (c == '"') isQuoted = !isQuoted;
    if (c == separator && !isQuoted)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

std::string unquote(std::string text) {
  std::erase(text, '"');
  return text;
}

ApiResult<bool> parseBool(const std::string& key, const std::string& value) {
  if (value == "true" || value == "1" || value == "t") return true;
  if (value == "false" || value == "0" || value == "f") return false;
  return invalid(kInvalidWorkspaceSearch, key,
                 std::format("Query param \"{}\" must be a valid boolean: \"{}\"", key, value));
}

ApiResult<WallTime> parseTime(const std::string& key, std::string value) {
  boost::to_upper(value);  // the query was lower-cased, RFC 3339 has T and Z
  if (auto time = parseRfc3339(value)) return *time;
  return invalid(kInvalidWorkspaceSearch, key,
                 std::format("Query param \"{}\" must be a valid date format (2006-01-02T15:04:05Z07:00)", key));
}

template <typename Enum>
ApiResult<Enum> parseWord(const std::string& key, const std::string& value) {
  const auto found = enumFromText<Enum>(value);
  if (found != Enum::Unknown) return found;
  return invalid(kInvalidWorkspaceSearch, key,
                 std::format("Query param \"{}\" has invalid value: \"{}\" is not a valid value", key, value));
}

std::vector<std::string> listOf(const std::string& value) {
  std::vector<std::string> items;
  boost::split(items, value, boost::is_any_of(","));
  return items;
}

// Fields that may be given several times.
bool isList(std::string_view key) { return key == "id" || key == "has-agent" || key == "param"; }

class FilterReader {
 public:
  explicit FilterReader(std::string_view callerName) : m_callerName(callerName) {}

  ApiResult<void> read(const std::string& key, const std::string& value) {
    if (!isList(key) && std::ranges::find(m_seen, key) != m_seen.end())
      return invalid(kInvalidWorkspaceSearch, key, std::format("Query param \"{}\" provided more than once", key));
    m_seen.push_back(key);
    if (key == "id") return readIds(value);
    if (key == "owner" || key == "user") return set(filter.owner, named(value));
    if (key == "organization") return set(filter.organization, value);
    if (key == "name") return set(filter.nameContains, value);
    if (key == "template") return set(filter.templateName, value);
    if (key == "status") return assign(filter.status, parseWord<WorkspaceStatus>(key, value));
    if (key == "has-agent") return readAgentStatuses(value);
    if (key == "dormant") return readDormant(value);
    if (key == "outdated") return assign(filter.outdated, parseBool(key, value));
    if (key == "healthy") return assign(filter.healthy, parseBool(key, value));
    if (key == "shared") return assign(filter.shared, parseBool(key, value));
    if (key == "has-ai-task") return assign(filter.hasAiTask, parseBool(key, value));
    if (key == "has_external_agent") return assign(filter.hasExternalAgent, parseBool(key, value));
    if (key == "last_used_before") return assign(filter.lastUsedBefore, parseTime(key, value));
    if (key == "last_used_after") return assign(filter.lastUsedAfter, parseTime(key, value));
    if (key == "param") return readParameter(value);
    if (key == "shared_with_user" || key == "shared_with_group") {
      filter.matchesNothing = true;
      return {};
    }
    return invalid(kInvalidWorkspaceSearch, key, std::format("\"{}\" is not a valid query param", key));
  }

  ApiResult<void> readBare(const std::string& term) {
    const auto slash = term.find('/');
    if (slash == std::string::npos) return set(filter.nameContains, term);
    if (term.find('/', slash + 1) != std::string::npos)
      return invalid(kInvalidWorkspaceSearch, "q", std::format("Query element \"{}\" can only contain 1 '/'", term));
    filter.owner = named(term.substr(0, slash));
    return set(filter.exactName, term.substr(slash + 1));
  }

  WorkspaceFilter filter;

 private:
  std::string named(const std::string& user) const {
    return user == "me" ? boost::to_lower_copy(std::string(m_callerName)) : user;
  }
  static ApiResult<void> set(std::optional<std::string>& field, std::string value) {
    field = std::move(value);
    return {};
  }
  template <typename T>
  static ApiResult<void> assign(std::optional<T>& field, ApiResult<T> value) {
    TRY_ASSIGN(field, std::move(value));
    return {};
  }
  ApiResult<void> readIds(const std::string& value) {
    for (const auto& text : listOf(value)) {
      const auto id = Uuid::parse(text);
      if (!id)
        return invalid(kInvalidWorkspaceSearch, "id", std::format("Query param \"id\" has invalid UUID \"{}\"", text));
      filter.ids.push_back(*id);
    }
    return {};
  }
  ApiResult<void> readAgentStatuses(const std::string& value) {
    for (const auto& word : listOf(value)) {
      TRY_ASSIGN(auto status, parseWord<AgentStatus>("has-agent", word));
      filter.hasAgent.push_back(status);
    }
    return {};
  }
  ApiResult<void> readDormant(const std::string& value) {
    TRY_ASSIGN(filter.onlyDormant, parseBool("dormant", value));
    return {};
  }
  ApiResult<void> readParameter(const std::string& value) {
    const auto equals = value.find('=');
    if (equals == std::string::npos)
      filter.parameters.emplace_back(value, std::nullopt);
    else
      filter.parameters.emplace_back(value.substr(0, equals), value.substr(equals + 1));
    return {};
  }

  std::string_view m_callerName;
  std::vector<std::string> m_seen;
};

}  // namespace

ApiResult<SearchTerms> parseSearch(std::string_view query, std::string_view message) {
  SearchTerms terms;
  for (const auto& element : splitUnquoted(boost::to_lower_copy(std::string(query)), ' ')) {
    if (element.empty()) continue;
    auto parts = splitUnquoted(element, ':');
    if (parts.size() > 2)
      return invalid(message, "q", std::format("Query element \"{}\" can only contain 1 ':'", element));
    if (parts.size() == 1) {
      terms.bare.append(terms.bare.empty() ? "" : " ").append(unquote(parts[0]));
    } else if (parts[0].empty() || parts[1].empty()) {
      return invalid(message, "q", std::format("Query element \"{}\" cannot start or end with ':'", element));
    } else {
      terms.keys.emplace_back(unquote(parts[0]), unquote(parts[1]));
    }
  }
  return terms;
}

ApiResult<WorkspaceFilter> parseWorkspaceFilter(std::string_view query, std::string_view callerName) {
  TRY_ASSIGN(const auto terms, parseSearch(query, kInvalidWorkspaceSearch));
  FilterReader reader(callerName);
  if (!terms.bare.empty()) TRY(reader.readBare(terms.bare));
  for (const auto& [key, value] : terms.keys) TRY(reader.read(key, value));
  return std::move(reader.filter);
}

}  // namespace berth::server

// Lists, maps and small structs as JSON text in one column.
#include <boost/json.hpp>

#include "core/store/Sql.h"

namespace berth::store {

namespace json = boost::json;

namespace {

json::value toJson(const std::string& text) { return json::string(text); }
json::value toJson(std::int64_t number) { return number; }
json::value toJson(DisplayApp app) { return json::string(toString(app)); }
template <typename T>
json::value toJson(const std::vector<T>& list);
template <typename T>
json::value toJson(const std::map<std::string, T>& map);
template <typename T>
json::value toJson(const Id<T>& id) {
  return json::string(id.toString());
}
template <typename T>
json::value toJson(const std::optional<T>& value) {
  return value ? toJson(*value) : json::value();
}
template <typename T>
json::value toJson(const T& record) {
  json::object out;
  boost::mp11::mp_for_each<Columns<T>>(
      [&](auto member) { out[columnName(member.name)] = toJson(record.*member.pointer); });
  return out;
}
template <typename T>
json::value toJson(const std::vector<T>& list) {
  json::array out;
  for (const auto& item : list) out.push_back(toJson(item));
  return out;
}
template <typename T>
json::value toJson(const std::map<std::string, T>& map) {
  json::object out;
  for (const auto& [key, value] : map) out[key] = toJson(value);
  return out;
}

// What we wrote ourselves comes back; anything else is a broken database, so that one kind of failure is enough.
bool fromJson(const json::value& in, std::string& text) {
  if (!in.is_string()) return false;
  text = in.get_string();
  return true;
}
bool fromJson(const json::value& in, std::int64_t& number) {
  if (!in.is_int64()) return false;
  number = in.get_int64();
  return true;
}
bool fromJson(const json::value& in, DisplayApp& app) {
  if (!in.is_string()) return false;
  app = enumFromText<DisplayApp>(in.get_string());
  return true;
}
template <typename T>
bool fromJson(const json::value& in, std::vector<T>& list);
template <typename T>
bool fromJson(const json::value& in, std::map<std::string, T>& map);
template <typename T>
bool fromJson(const json::value& in, Id<T>& id) {
  const auto parsed = in.is_string() ? Id<T>::parse(in.get_string()) : std::nullopt;
  id = parsed.value_or(Id<T>());
  return parsed.has_value();
}
template <typename T>
bool fromJson(const json::value& in, std::optional<T>& value) {
  value.reset();
  return in.is_null() || fromJson(in, value.emplace());
}
template <typename T>
bool fromJson(const json::value& in, T& record) {
  if (!in.is_object()) return false;
  bool isGood = true;
  boost::mp11::mp_for_each<Columns<T>>([&](auto member) {
    // A member that a later version added is absent in older rows.
    if (const auto* value = in.get_object().if_contains(columnName(member.name)))
      isGood = isGood && fromJson(*value, record.*member.pointer);
  });
  return isGood;
}
template <typename T>
bool fromJson(const json::value& in, std::vector<T>& list) {
  if (!in.is_array()) return false;
  list.clear();
  for (const auto& item : in.get_array())
    if (!fromJson(item, list.emplace_back())) return false;
  return true;
}
template <typename T>
bool fromJson(const json::value& in, std::map<std::string, T>& map) {
  if (!in.is_object()) return false;
  map.clear();
  for (const auto& [key, item] : in.get_object())
    if (!fromJson(item, map[std::string(key)])) return false;
  return true;
}

template <typename T>
Result<void> parseInto(std::string_view text, T& out) {
  boost::system::error_code error;
  const auto value = json::parse(text, error);
  if (error || !fromJson(value, out)) return fail(wrongColumnType());
  return {};
}

}  // namespace

std::string columnText(const std::vector<std::string>& list) { return json::serialize(toJson(list)); }
std::string columnText(const std::vector<DisplayApp>& list) { return json::serialize(toJson(list)); }
std::string columnText(const std::vector<ParameterOption>& list) { return json::serialize(toJson(list)); }
std::string columnText(const TextMap& map) { return json::serialize(toJson(map)); }
std::string columnText(const std::map<std::string, std::int64_t>& map) { return json::serialize(toJson(map)); }
std::string columnText(const JobInput& input) { return json::serialize(toJson(input)); }

Result<void> fromColumnText(std::string_view text, std::vector<std::string>& list) { return parseInto(text, list); }
Result<void> fromColumnText(std::string_view text, std::vector<DisplayApp>& list) { return parseInto(text, list); }
Result<void> fromColumnText(std::string_view text, std::vector<ParameterOption>& list) { return parseInto(text, list); }
Result<void> fromColumnText(std::string_view text, TextMap& map) { return parseInto(text, map); }
Result<void> fromColumnText(std::string_view text, std::map<std::string, std::int64_t>& map) {
  return parseInto(text, map);
}
Result<void> fromColumnText(std::string_view text, JobInput& input) { return parseInto(text, input); }

}  // namespace berth::store

#include "core/provision/JsonAccess.h"

#include <limits>

namespace berth::provision {

namespace {

const json::object kNoObject;
const json::array kNoArray;

const json::value* findAt(const json::object& in, std::string_view key) { return in.if_contains(key); }

}  // namespace

Result<json::value> parseJson(std::string_view text, std::string_view what, std::size_t depth) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = depth;
  auto value = json::parse(text, error, {}, options);
  if (error) return fail(ErrorCode::InvalidInput, std::format("{} is not valid JSON: {}", what, error.message()));
  return value;
}

const json::object& asObject(const json::value& value) {
  const auto* object = value.if_object();
  return object ? *object : kNoObject;
}

const json::object& objectAt(const json::object& in, std::string_view key) {
  const auto* value = findAt(in, key);
  return value ? asObject(*value) : kNoObject;
}

const json::array& arrayAt(const json::object& in, std::string_view key) {
  const auto* value = findAt(in, key);
  const auto* array = value ? value->if_array() : nullptr;
  return array ? *array : kNoArray;
}

const json::object& blockAt(const json::object& in, std::string_view key) {
  const auto& array = arrayAt(in, key);
  return array.empty() ? kNoObject : asObject(array.front());
}

std::string textAt(const json::object& in, std::string_view key) {
  const auto* value = findAt(in, key);
  const auto* text = value ? value->if_string() : nullptr;
  return text ? std::string(*text) : std::string();
}

std::int64_t numberAt(const json::object& in, std::string_view key) {
  const auto* value = findAt(in, key);
  if (!value) return 0;
  if (const auto* number = value->if_int64()) return *number;
  if (const auto* number = value->if_double(); number && *number >= -9e15 && *number <= 9e15)
    return static_cast<std::int64_t>(*number);
  return 0;
}

std::int32_t number32At(const json::object& in, std::string_view key) {
  using Limits = std::numeric_limits<std::int32_t>;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(numberAt(in, key), Limits::min(), Limits::max()));
}

bool flagAt(const json::object& in, std::string_view key) {
  const auto* value = findAt(in, key);
  const auto* flag = value ? value->if_bool() : nullptr;
  return flag && *flag;
}

std::map<std::string, std::string> textsAt(const json::object& in, std::string_view key) {
  std::map<std::string, std::string> texts;
  for (const auto& [name, value] : objectAt(in, key))
    if (const auto* text = value.if_string()) texts.emplace(name, *text);
  return texts;
}

}  // namespace berth::provision

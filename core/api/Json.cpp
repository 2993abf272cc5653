#include "core/api/Json.h"

#include "core/api/detail/Codec.h"

namespace berth::api::detail {

namespace {

std::string pathText(const Path& path) {
  if (path.parent == nullptr) return std::string(path.name);
  std::string text = pathText(*path.parent);
  if (!text.empty() && path.name != "[]") text += '.';
  return text.append(path.name);
}

std::string_view nameOfKind(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return "null";
    case json::kind::bool_: return "a bool";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_: return "a number";
    case json::kind::string: return "a string";
    case json::kind::array: return "an array";
    case json::kind::object: return "an object";
  }
  return "something else";
}

}  // namespace

std::unexpected<Error> wrongType(const Path& path, std::string_view wanted, const json::value& got) {
  const auto where = pathText(path);
  // A word that is of the right type but malformed is worth showing; anything longer is not.
  constexpr std::size_t kShown = 64;
  std::string what(nameOfKind(got));
  if (got.is_string() && got.get_string().size() <= kShown)
    what = std::format("\"{}\"", std::string_view(got.get_string()));
  if (where.empty()) return fail(ErrorCode::InvalidInput, std::format("expected {}, got {}", wanted, what));
  return fail(ErrorCode::InvalidInput, std::format("field \"{}\": expected {}, got {}", where, wanted, what));
}

Result<json::value> parseDocument(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  boost::system::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) return fail(ErrorCode::InvalidInput, "not valid JSON: " + error.message());
  return value;
}

}  // namespace berth::api::detail

namespace berth::api {
template std::string toJson(const std::string&);
template Result<std::string> fromJson(std::string_view);
template std::string toJson(const std::vector<std::string>&);
template Result<std::vector<std::string>> fromJson(std::string_view);
template std::string toJson(const std::map<std::string, bool>&);
template Result<std::map<std::string, bool>> fromJson(std::string_view);
template std::string toJson(const std::map<std::string, std::string>&);
template Result<std::map<std::string, std::string>> fromJson(std::string_view);
}  // namespace berth::api

// The codec itself: for the .cpp files of core/api only, which end in BERTH_API_CODEC(Struct) lines.
#pragma once

#include <boost/describe/members.hpp>
#include <boost/json.hpp>
#include <boost/mp11/algorithm.hpp>
#include <concepts>
#include <map>
#include <type_traits>

#include "core/api/Json.h"
#include "core/base/Clock.h"
#include "core/base/Enums.h"
#include "core/base/Ids.h"

namespace berth::api::detail {

namespace json = boost::json;

template <typename T>
struct Kind {
  static constexpr bool isVector = false, isMap = false, isOptional = false, isNullable = false, isId = false;
};
template <typename T>
struct Kind<std::vector<T>> : Kind<void> {
  static constexpr bool isVector = true;
};
template <typename T>
struct Kind<std::map<std::string, T>> : Kind<void> {
  static constexpr bool isMap = true;
};
template <typename T>
struct Kind<std::optional<T>> : Kind<void> {
  static constexpr bool isOptional = true;
};
template <typename T>
struct Kind<Nullable<T>> : Kind<void> {
  static constexpr bool isNullable = true;
};
template <typename T>
struct Kind<Id<T>> : Kind<void> {
  static constexpr bool isId = true;
};

template <typename T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public>;

// A member that would be a C++ keyword has an underscore behind it: mutable_, new_.
constexpr std::string_view keyOf(std::string_view memberName) {
  if (memberName.ends_with('_')) memberName.remove_suffix(1);
  return memberName;
}

// Where in the document a value stands, for messages; a chain on the stack, written out only on failure.
struct Path {
  const Path* parent = nullptr;
  std::string_view name;
};
std::unexpected<Error> wrongType(const Path& path, std::string_view wanted, const json::value& got);
Result<json::value> parseDocument(std::string_view text);

template <typename T>
json::value encode(const T& value) {
  using K = Kind<T>;
  if constexpr (std::same_as<T, bool>) {
    return value;
  } else if constexpr (std::integral<T>) {
    return static_cast<std::int64_t>(value);
  } else if constexpr (std::floating_point<T>) {
    // Go writes whole floats without a fraction.
    if (value == static_cast<double>(static_cast<std::int64_t>(value))) return static_cast<std::int64_t>(value);
    return value;
  } else if constexpr (std::same_as<T, std::string>) {
    return json::string(value);
  } else if constexpr (std::same_as<T, RawJson>) {
    return json::parse(value.text);
  } else if constexpr (std::same_as<T, WallTime>) {
    return json::string(formatRfc3339(value));
  } else if constexpr (std::same_as<T, Uuid> || K::isId) {
    return json::string(value.toString());
  } else if constexpr (WordEnum<T>) {
    return json::string(toString(value));
  } else if constexpr (K::isVector) {
    json::array out;
    out.reserve(value.size());
    for (const auto& item : value) out.push_back(encode(item));
    return out;
  } else if constexpr (K::isMap) {
    json::object out;
    for (const auto& [key, item] : value) out[key] = encode(item);
    return out;
  } else if constexpr (K::isOptional || K::isNullable) {
    if (!value) return nullptr;
    return encode(*value);
  } else {
    json::object out;
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
      const auto& field = value.*member.pointer;
      if constexpr (Kind<std::remove_cvref_t<decltype(field)>>::isOptional)
        if (!field) return;
      out[keyOf(member.name)] = encode(field);
    });
    return out;
  }
}

template <typename T>
Result<void> decode(const json::value& in, T& out, const Path& path) {
  using K = Kind<T>;
  if constexpr (std::same_as<T, RawJson>) {
    out.text = json::serialize(in);
    return {};
  } else {
    if (in.is_null()) return {};
    if constexpr (std::same_as<T, bool>) {
      if (!in.is_bool()) return wrongType(path, "a bool", in);
      out = in.get_bool();
    } else if constexpr (std::integral<T>) {
      boost::system::error_code error;
      const auto number = in.is_double() ? (error = json::error::not_exact, T{}) : in.to_number<T>(error);
      if (error) return wrongType(path, "an integer in range", in);
      out = number;
    } else if constexpr (std::floating_point<T>) {
      if (!in.is_number()) return wrongType(path, "a number", in);
      out = in.to_number<T>();
    } else if constexpr (std::same_as<T, std::string>) {
      if (!in.is_string()) return wrongType(path, "a string", in);
      out = in.get_string();
    } else if constexpr (std::same_as<T, WallTime>) {
      const auto time = in.is_string() ? parseRfc3339(in.get_string()) : std::nullopt;
      if (!time) return wrongType(path, "an RFC 3339 time", in);
      out = *time;
    } else if constexpr (std::same_as<T, Uuid> || K::isId) {
      const auto id = in.is_string() ? T::parse(in.get_string()) : std::nullopt;
      if (!id) return wrongType(path, "a UUID", in);
      out = *id;
    } else if constexpr (WordEnum<T>) {
      if (!in.is_string()) return wrongType(path, "a string", in);
      out = enumFromText<T>(in.get_string());
    } else if constexpr (K::isVector) {
      if (!in.is_array()) return wrongType(path, "an array", in);
      out.clear();
      out.reserve(in.get_array().size());
      for (const auto& item : in.get_array()) {
        typename T::value_type element{};
        TRY(decode(item, element, Path{&path, "[]"}));
        out.push_back(std::move(element));
      }
    } else if constexpr (K::isMap) {
      if (!in.is_object()) return wrongType(path, "an object", in);
      for (const auto& [key, item] : in.get_object()) TRY(decode(item, out[std::string(key)], Path{&path, key}));
    } else if constexpr (K::isOptional || K::isNullable) {
      typename T::value_type element{};
      TRY(decode(in, element, path));
      out = std::move(element);
    } else {
      if (!in.is_object()) return wrongType(path, "an object", in);
      const auto& object = in.get_object();
      Result<void> result;
      boost::mp11::mp_for_each<Members<T>>([&](auto member) {
        if (!result) return;
        constexpr auto key = keyOf(decltype(member)::name);
        if (const auto* field = object.if_contains(key)) result = decode(*field, out.*member.pointer, Path{&path, key});
      });
      return result;
    }
    return {};
  }
}

}  // namespace berth::api::detail

namespace berth::api {

template <typename T>
std::string toJson(const T& value) {
  return boost::json::serialize(detail::encode(value));
}

template <typename T>
Result<T> fromJson(std::string_view text) {
  TRY_ASSIGN(const auto document, detail::parseDocument(text));
  T value{};
  TRY(detail::decode(document, value, detail::Path{}));
  return value;
}

}  // namespace berth::api

// Instantiates the codec of one struct and of a list of it.
#define BERTH_API_CODEC(...)                                                                          \
  template std::string berth::api::toJson<__VA_ARGS__>(const __VA_ARGS__&);                           \
  template berth::Result<__VA_ARGS__> berth::api::fromJson<__VA_ARGS__>(std::string_view);            \
  template std::string berth::api::toJson<std::vector<__VA_ARGS__>>(const std::vector<__VA_ARGS__>&); \
  template berth::Result<std::vector<__VA_ARGS__>> berth::api::fromJson<std::vector<__VA_ARGS__>>(std::string_view)

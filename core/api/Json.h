// JSON codec of the wire structs. Cheap to include: it is instantiated in the .cpp file of each struct, for T and for
// std::vector<T>.
//
// How a member stands in JSON (reference/rest-api.md, "Notation"):
//   T                 always present
//   std::optional<T>  left out when empty (Go's omitempty); see omitEmpty()
//   Nullable<T>       always present, null when empty
// Decoding ignores unknown keys, leaves the default for an absent key or a null, and turns unknown words of an enum
// into Unknown. Values of the wrong type are InvalidInput with the path of the value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/Error.h"

namespace berth::api {

// A member that is always sent, as null when it has no value.
template <typename T>
struct Nullable : std::optional<T> {
  using std::optional<T>::optional;
  Nullable& operator=(std::nullopt_t) noexcept {
    this->reset();
    return *this;
  }
  template <typename U>
    requires std::is_constructible_v<T, U&&> && (!std::is_base_of_v<std::optional<T>, std::remove_cvref_t<U>>)
  Nullable& operator=(U&& value) {
    std::optional<T>::operator=(std::forward<U>(value));
    return *this;
  }
};

// The optional for an omitempty string, list or map: empty becomes absent.
template <typename T>
std::optional<T> omitEmpty(T value) {
  return value.empty() ? std::nullopt : std::optional<T>(std::move(value));
}

template <typename T>
std::string toJson(const T& value);

// `text` is one JSON value with nothing behind it, at most kMaxJsonDepth deep.
template <typename T>
Result<T> fromJson(std::string_view text);

inline constexpr std::size_t kMaxJsonDepth = 64;

// JSON that is carried without being looked at (compact text of one value).
struct RawJson {
  std::string text = "null";
};

}  // namespace berth::api

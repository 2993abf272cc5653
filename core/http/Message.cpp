#include "core/http/Message.h"

#include <algorithm>

namespace berth::http {

namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equalIgnoringCase(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool isUnreserved(char c) noexcept {  // RFC 3986 2.3
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

int hexValue(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
  return -1;
}

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The value of `name` in `text`, a list of name=value pairs between `separator`s.
std::optional<std::string_view> findPair(std::string_view text, char separator, std::string_view name) {
  while (!text.empty()) {
    const auto end = text.find(separator);
    const std::string_view pair = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) == name)
      return equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
  }
  return std::nullopt;
}

// application/x-www-form-urlencoded, where '+' is a space.
std::optional<std::string> decodeFormValue(std::string_view text) {
  std::string withSpaces(text);
  std::ranges::replace(withSpaces, '+', ' ');
  return percentDecode(withSpaces);
}

}  // namespace

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [key, value] : m_fields)
    if (equalIgnoringCase(key, name)) return value;
  return std::nullopt;
}

void Headers::set(std::string_view name, std::string_view value) {
  std::erase_if(m_fields, [name](const auto& field) { return equalIgnoringCase(field.first, name); });
  add(name, value);
}

void Headers::add(std::string_view name, std::string_view value) { m_fields.emplace_back(name, value); }

std::string_view Request::path() const { return std::string_view(target).substr(0, target.find('?')); }

std::optional<std::string> Request::query(std::string_view name) const {
  const auto mark = target.find('?');
  if (mark == std::string::npos) return std::nullopt;
  // A name may be percent-encoded as well, but no client of the API does that.
  const auto value = findPair(std::string_view(target).substr(mark + 1), '&', name);
  return value ? decodeFormValue(*value) : std::nullopt;
}

std::optional<std::string> Request::cookie(std::string_view name) const {
  for (const auto& [key, value] : headers.fields()) {
    if (!equalIgnoringCase(key, "Cookie")) continue;
    auto found = findPair(value, ';', name);
    if (!found) continue;
    if (found->size() >= 2 && found->front() == '"' && found->back() == '"')
      found = found->substr(1, found->size() - 2);
    return std::string(*found);
  }
  return std::nullopt;
}

std::string percentEncode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (isUnreserved(c)) {
      out += c;
      continue;
    }
    const auto value = static_cast<unsigned char>(c);
    out += {'%', kHex[value >> 4U], kHex[value & 0xFU]};
  }
  return out;
}

std::optional<std::string> percentDecode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hexValue(text[i + 1]);
    const int low = hexValue(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace berth::http

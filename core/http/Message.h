// HTTP messages as the rest of the program sees them; Beast stays behind core/http's .cpp files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/Error.h"

namespace berth::http {

// Field names compare without regard to case (RFC 9110 5.1); order and repeats are kept.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : m_fields(fields) {}

  std::optional<std::string_view> find(std::string_view name) const;
  void set(std::string_view name, std::string_view value);  // replaces all of that name
  void add(std::string_view name, std::string_view value);
  const std::vector<std::pair<std::string, std::string>>& fields() const noexcept { return m_fields; }

 private:
  std::vector<std::pair<std::string, std::string>> m_fields;
};

struct Request {
  std::string method = "GET";
  std::string target = "/";  // as on the request line: path and query, percent-encoded
  Headers headers = {};
  std::string body = {};

  std::string_view path() const;                                  // target up to '?', still encoded
  std::optional<std::string> query(std::string_view name) const;  // decoded; the first of that name
  std::optional<std::string> cookie(std::string_view name) const;
};

struct Response {
  int status = 200;
  Headers headers = {};
  std::string body = {};
};

std::string percentEncode(std::string_view text);                 // everything but unreserved characters
std::optional<std::string> percentDecode(std::string_view text);  // "%2F" to "/"; '+' stays '+'

// scheme "http" or "https"; port is always filled in; path without a trailing slash ("" for the root).
struct Url {
  std::string scheme = {};
  std::string host = {};  // IPv6 without brackets
  std::uint16_t port = 0;
  std::string path = {};

  bool isTls() const { return scheme == "https"; }
  std::string hostHeader() const;  // the port left out when it is the scheme's own
  std::string toString() const;
};
Result<Url> parseUrl(std::string_view text);

}  // namespace berth::http

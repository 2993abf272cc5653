#include <charconv>
#include <format>

#include "core/http/Message.h"

namespace berth::http {

namespace {

std::uint16_t schemePort(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

Error badUrl(std::string_view text, std::string_view why) {
  return Error(ErrorCode::InvalidInput,
               std::format("URL \"{}\": {}; it should look like https://berth.example.com", text, why));
}

std::optional<std::uint16_t> parsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

struct Authority {
  std::string_view host;
  std::optional<std::string_view> port;
};

std::optional<Authority> splitAuthority(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    Authority found{text.substr(1, end - 1), std::nullopt};
    const std::string_view rest = text.substr(end + 1);
    if (rest.empty()) return found;
    if (!rest.starts_with(':')) return std::nullopt;
    found.port = rest.substr(1);
    return found;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return Authority{text, std::nullopt};
  return Authority{text.substr(0, colon), text.substr(colon + 1)};
}

std::string bracketed(std::string_view host) {
  return host.contains(':') ? std::format("[{}]", host) : std::string(host);
}

}  // namespace

std::string Url::hostHeader() const {
  return port == schemePort(scheme) ? bracketed(host) : std::format("{}:{}", bracketed(host), port);
}

std::string Url::toString() const { return std::format("{}://{}{}", scheme, hostHeader(), path); }

Result<Url> parseUrl(std::string_view text) {
  const auto schemeEnd = text.find("://");
  if (schemeEnd == std::string_view::npos) return fail(badUrl(text, "the scheme (http:// or https://) is missing"));
  Url url;
  url.scheme = text.substr(0, schemeEnd);
  if (url.scheme != "http" && url.scheme != "https") return fail(badUrl(text, "the scheme must be http or https"));

  std::string_view rest = text.substr(schemeEnd + 3);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const auto pathStart = rest.find('/');
  const auto authority = splitAuthority(rest.substr(0, pathStart));
  if (!authority || authority->host.empty()) return fail(badUrl(text, "the host is missing"));
  if (authority->host.find_first_of(" \t\r\n@%\"<>") != std::string_view::npos)
    return fail(badUrl(text, "the host has characters that no host name has"));
  url.host = authority->host;

  url.port = schemePort(url.scheme);
  if (authority->port) {
    const auto port = parsePort(*authority->port);
    if (!port) return fail(badUrl(text, "the port must be a number from 1 to 65535"));
    url.port = *port;
  }
  if (pathStart != std::string_view::npos) url.path = rest.substr(pathStart);
  while (url.path.ends_with('/')) url.path.pop_back();
  return url;
}

}  // namespace berth::http

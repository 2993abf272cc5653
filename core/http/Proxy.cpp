#include "core/http/Proxy.h"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <cstdlib>
#include <format>
#include <vector>

#include "core/base/Bytes.h"
#include "core/base/Task.h"

namespace berth::http {

namespace {

namespace ip = asio::ip;

std::string variable(const char* upper, const char* lower) {
  for (const char* name : {upper, lower})
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  return {};
}

bool isThisMachine(const std::string& host) {
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  boost::system::error_code error;
  const auto address = ip::make_address(host, error);
  return !error && address.is_loopback();
}

bool isInNetwork(const std::string& host, const std::string& network) {
  boost::system::error_code error;
  const auto address = ip::make_address(host, error);
  if (error) return false;
  if (address.is_v4()) {
    const auto v4 = ip::make_network_v4(network, error);
    return !error && ip::network_v4(address.to_v4(), v4.prefix_length()).canonical() == v4.canonical();
  }
  const auto v6 = ip::make_network_v6(network, error);
  return !error && ip::network_v6(address.to_v6(), v6.prefix_length()).canonical() == v6.canonical();
}

bool isMeantBy(const std::string& entry, const Url& origin) {
  if (entry == "*") return true;
  if (entry.contains('/')) return isInNetwork(origin.host, entry);
  // "[::1]" and "::1" are addresses alike; a port stands behind the last colon of anything else.
  const auto parsed =
      parseUrl("http://" + (std::ranges::count(entry, ':') > 1 && entry[0] != '[' ? "[" + entry + "]" : entry));
  if (!parsed) return false;
  const bool namesPort = !entry.ends_with(']') && std::ranges::count(entry, ':') == 1;
  if (namesPort && parsed->port != origin.port) return false;
  const std::string suffix = parsed->host.starts_with('.') ? parsed->host : "." + parsed->host;
  return boost::iequals(origin.host, parsed->host) || boost::iends_with(origin.host, suffix);
}

bool isExcepted(const std::string& list, const Url& origin) {
  std::vector<std::string> entries;
  boost::split(entries, list, boost::is_any_of(", "), boost::token_compress_on);
  return std::ranges::any_of(entries, [&](const auto& each) { return !each.empty() && isMeantBy(each, origin); });
}

}  // namespace

ProxySettings ProxySettings::fromEnvironment() {
  return {Secret(variable("HTTP_PROXY", "http_proxy")), Secret(variable("HTTPS_PROXY", "https_proxy")),
          variable("NO_PROXY", "no_proxy")};
}

Result<std::optional<Proxy>> chooseProxy(const ProxySettings& settings, const Url& origin) {
  const Secret& chosen = origin.isTls() ? settings.https : settings.http;
  if (chosen.isEmpty() || isThisMachine(origin.host) || isExcepted(settings.except, origin)) return std::nullopt;
  const char* name = origin.isTls() ? "HTTPS_PROXY" : "HTTP_PROXY";
  std::string_view text = chosen.reveal();
  if (text.starts_with("http://")) text.remove_prefix(7);
  if (text.contains("://"))
    return fail(ErrorCode::InvalidInput,
                std::format("{} names a proxy of a kind that is not known; use http://HOST:PORT", name));
  Proxy proxy;
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    const auto credentials = percentDecode(text.substr(0, at));
    if (!credentials)
      return fail(ErrorCode::InvalidInput, std::format("user and password in {} are not percent-encoded", name));
    proxy.authorization = Secret("Basic " + toBase64(asBytes(*credentials)));
    text.remove_prefix(at + 1);
  }
  auto url = parseUrl("http://" + std::string(text));
  if (!url) return fail(ErrorCode::InvalidInput, std::format("{} is not of the form http://HOST:PORT", name));
  proxy.url = *std::move(url);
  return proxy;
}

}  // namespace berth::http

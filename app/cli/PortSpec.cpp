#include "app/cli/PortSpec.h"

#include <algorithm>
#include <charconv>
#include <format>

namespace berth::cli {

namespace {

using tunnel::wire::Endpoint;

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  int size() const { return last - first + 1; }
};

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Result<std::uint16_t> parsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0)
    return fail(ErrorCode::InvalidInput, std::format("\"{}\" is not a port (1 to 65535)", text));
  return port;
}

Result<PortRange> parseRange(std::string_view text) {
  const auto dash = text.find('-');
  PortRange range;
  TRY_ASSIGN(range.first, parsePort(text.substr(0, dash)));
  range.last = range.first;
  if (dash != std::string_view::npos) {
    TRY_ASSIGN(range.last, parsePort(text.substr(dash + 1)));
  }
  if (range.last < range.first)
    return fail(ErrorCode::InvalidInput, std::format("the range {} ends before it begins", text));
  return range;
}

// Takes the address and its colon off the front of `text`; nothing when there is none.
Result<std::optional<tunnel::wire::Ipv6>> takeAddress(std::string_view& text) {
  const bool isBracketed = text.starts_with('[');
  const auto colon = isBracketed ? text.find("]:") : text.find(':');
  const auto length = colon == std::string_view::npos ? text.size() : colon + (isBracketed ? 1 : 0);
  const auto address = text.substr(0, length);
  // What has neither a bracket nor a dot is a port.
  if (!isBracketed && !address.contains('.')) return std::nullopt;
  const auto endpoint = Endpoint::parse(std::format("{}:1", address));
  if (!endpoint)
    return fail(ErrorCode::InvalidInput, std::format("\"{}\" is not an IP address (IPv6 stands in brackets)", address));
  text.remove_prefix(std::min(length + 1, text.size()));
  return endpoint->address;
}

Result<void> parseSpec(std::string_view text, Transport transport, std::vector<PortForward>& into) {
  TRY_ASSIGN(const auto address, takeAddress(text));
  const auto colon = text.find(':');
  TRY_ASSIGN(const PortRange local, parseRange(text.substr(0, colon)));
  PortRange remote = local;
  if (colon != std::string_view::npos) {
    TRY_ASSIGN(remote, parseRange(text.substr(colon + 1)));
  }
  if (local.size() != remote.size())
    return fail(ErrorCode::InvalidInput, std::format("{} local ports cannot lead to {} ports of the workspace; both "
                                                     "ranges have to be of one length",
                                                     local.size(), remote.size()));
  for (int i = 0; i < local.size(); ++i)
    into.push_back({.transport = transport,
                    .localAddress = address,
                    .localPort = static_cast<std::uint16_t>(local.first + i),
                    .remotePort = static_cast<std::uint16_t>(remote.first + i)});
  return {};
}

Result<void> parseList(std::string_view list, Transport transport, std::vector<PortForward>& into) {
  while (true) {
    const auto comma = list.find(',');
    const auto spec = trimmed(list.substr(0, comma));
    if (const auto parsed = parseSpec(spec, transport, into); !parsed)
      return fail(parsed.error().in(std::format("--{} \"{}\"", toString(transport), spec)));
    if (comma == std::string_view::npos) return {};
    list.remove_prefix(comma + 1);
  }
}

Result<void> refuseDoubles(std::vector<PortForward> forwards) {
  const auto place = [](const PortForward& each) {
    return std::tuple(each.transport, each.localAddress, each.localPort);
  };
  std::ranges::sort(forwards, {}, place);
  const auto twice = std::ranges::adjacent_find(forwards, {}, place);
  if (twice == forwards.end()) return {};
  return fail(ErrorCode::InvalidInput, std::format("--{}: local port {} is named twice; each can lead to one place",
                                                   toString(twice->transport), twice->localPort));
}

}  // namespace

Result<std::vector<PortForward>> parsePortSpecs(const std::vector<std::string>& tcp,
                                                const std::vector<std::string>& udp) {
  std::vector<PortForward> forwards;
  for (const auto& list : tcp) TRY(parseList(list, Transport::Tcp, forwards));
  for (const auto& list : udp) TRY(parseList(list, Transport::Udp, forwards));
  TRY(refuseDoubles(forwards));
  return forwards;
}

}  // namespace berth::cli

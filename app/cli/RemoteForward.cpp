#include "app/cli/RemoteForward.h"

#include <charconv>
#include <format>

namespace berth::cli {

namespace {

Result<std::uint16_t> parsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(ErrorCode::InvalidInput, std::format("\"{}\" is not a port", text));
  return port;
}

Result<RemoteForward> parse(std::string_view text) {
  if (text.starts_with('/'))
    return fail(
        ErrorCode::Unsupported,
        "only TCP ports are forwarded back here; OpenSSH also forwards Unix sockets: `berth config-ssh`, then ssh -R");
  const auto first = text.find(':');
  const auto last = text.rfind(':');
  if (first == std::string_view::npos || first == last)
    return fail(ErrorCode::InvalidInput,
                "expected REMOTE_PORT:LOCAL_ADDRESS:LOCAL_PORT, for example 8080:localhost:80");
  RemoteForward forward;
  TRY_ASSIGN(forward.remotePort, parsePort(text.substr(0, first)));
  TRY_ASSIGN(forward.localPort, parsePort(text.substr(last + 1)));
  auto host = text.substr(first + 1, last - first - 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || forward.localPort == 0)
    return fail(ErrorCode::InvalidInput, "the local address must be given, and a local port from 1 to 65535");
  forward.localHost = host;
  return forward;
}

}  // namespace

Result<RemoteForward> parseRemoteForward(const std::string& text) {
  auto forward = parse(text);
  if (!forward) return fail(forward.error().in(std::format("--remote-forward \"{}\"", text)));
  return forward;
}

}  // namespace berth::cli

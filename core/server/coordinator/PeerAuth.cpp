#include "core/server/coordinator/PeerAuth.h"

#include <charconv>
#include <format>

#include "core/base/Ipv6.h"

namespace berth::server {

using rpc::tailnetpb::CoordinateRequest;

namespace {

constexpr std::string_view kNotFound = "workspace agent not found or you do not have permission";
constexpr std::size_t kMaxNodeBytes = 64U << 10;  // it is kept and sent for every tunnel; real ones have under 1 KiB
constexpr int kWholeAddress = 128;
constexpr int kWholeAddress4 = 32;

// From the time before addresses were derived from ids (3.2); agents may still announce it.
constexpr std::string_view kLegacyAgentAddress = "fd7a:115c:a1e0:49d6:b259:b7ac:b1b2:48f4";

std::unexpected<Error> denied(std::string text) { return fail(ErrorCode::PermissionDenied, std::move(text)); }

struct Prefix {
  std::string address;
  int bits = 0;
};

bool looksLikeIpv4(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// CIDR text with all bits of the address.
Result<Prefix> parseWholePrefix(const std::string& text) {
  const auto slash = text.rfind('/');
  if (slash == std::string::npos) return denied(std::format("parse node address: \"{}\": no '/'", text));
  Prefix prefix{.address = text.substr(0, slash)};
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, prefix.bits);
  const bool isAddress = looksLikeIpv4(prefix.address) || Ipv6::parse(prefix.address);
  if (error != std::errc() || stop != end || !isAddress || prefix.bits < 0 || prefix.bits > kWholeAddress ||
      (looksLikeIpv4(prefix.address) && prefix.bits > kWholeAddress4))
    return denied(std::format("parse node address: \"{}\": not an address with its prefix length", text));
  if (prefix.bits != kWholeAddress)
    return denied(std::format("invalid address bits, expected {}, got {}", kWholeAddress, prefix.bits));
  return prefix;
}

Result<void> checkAgentAddresses(const AgentId& agent, const google::protobuf::RepeatedPtrField<std::string>& list) {
  const Ipv6 allowed[] = {tailnetAddress(agent.value), coderServiceAddress(agent.value),
                          *Ipv6::parse(kLegacyAgentAddress)};
  for (const auto& text : list) {
    TRY_ASSIGN(const Prefix prefix, parseWholePrefix(text));
    const auto address = Ipv6::parse(prefix.address);
    if (!address || std::ranges::find(allowed, *address) == std::end(allowed))
      return denied(std::format("invalid node address, got {}", prefix.address));
  }
  return {};
}

Result<void> prefixed(Result<void> result, std::string_view prefix) {
  if (!result) return denied(std::format("{}{}", prefix, result.error().message()));
  return {};
}

// Stock servers crash on an update without its node (4.8).
Result<void> checkNode(const CoordinateRequest& request) {
  if (!request.has_update_self()) return {};
  if (!request.update_self().has_node()) return denied("update_self carries no node");
  if (const auto size = request.update_self().node().ByteSizeLong(); size > kMaxNodeBytes)
    return denied(std::format("node of {} bytes, at most {} are allowed", size, kMaxNodeBytes));
  return {};
}

Result<void> checkClientUpdate(const CoordinateRequest& request) {
  TRY(checkNode(request));
  for (const auto& text : request.update_self().node().addresses()) {
    const auto prefix = parseWholePrefix(text);
    if (!prefix) return denied(prefix.error().message());
  }
  if (request.ready_for_handshake_size() > 0) return denied("clients may not send ready_for_handshake");
  return {};
}

Result<AgentId> tunnelTarget(const CoordinateRequest& request) {
  const auto& bytes = request.add_tunnel().id();
  const auto id = rpc::uuidFromWire(bytes);
  if (!id) return denied(std::format("parse add tunnel id: invalid UUID (got {} bytes)", bytes.size()));
  return AgentId{*id};
}

Task<Result<void>> check(const AgentPeer& peer, const CoordinateRequest& request) {
  CO_TRY(checkNode(request));
  const auto& node = request.update_self().node();
  CO_TRY(prefixed(checkAgentAddresses(peer.agent, node.addresses()), "Addresses: "));
  CO_TRY(prefixed(checkAgentAddresses(peer.agent, node.allowed_ips()), "AllowedIps: "));
  if (request.has_add_tunnel()) co_return denied("agents cannot open tunnels");
  co_return Result<void>();
}

Task<Result<void>> check(const OneAgentClient& peer, const CoordinateRequest& request) {
  CO_TRY(checkClientUpdate(request));
  if (!request.has_add_tunnel()) co_return Result<void>();
  CO_TRY_ASSIGN(const AgentId target, tunnelTarget(request));
  if (target != peer.agent)
    co_return denied(std::format("invalid agent id, expected {}, got {}", peer.agent.toString(), target.toString()));
  co_return Result<void>();
}

Task<Result<void>> check(const UserClient& peer, const CoordinateRequest& request) {
  CO_TRY(checkClientUpdate(request));
  if (!request.has_add_tunnel()) co_return Result<void>();
  CO_TRY_ASSIGN(const AgentId target, tunnelTarget(request));
  if (!co_await peer.maySsh(target)) co_return denied(std::string(kNotFound));
  co_return Result<void>();
}

Task<Result<void>> check(const InternalPeer&, const CoordinateRequest& request) {
  CO_TRY(checkNode(request));
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> authorizeRequest(const PeerAuth& auth, const CoordinateRequest& request) {
  auto checked = co_await std::visit([&request](const auto& peer) { return check(peer, request); }, auth);
  co_return prefixed(std::move(checked), "authorization: ");
}

}  // namespace berth::server

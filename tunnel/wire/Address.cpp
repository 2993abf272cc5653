#include "tunnel/wire/Address.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstdlib>

#include "tunnel/wire/Reader.h"

namespace berth::tunnel::wire {

namespace {

constexpr std::array<std::byte, 12> kV4MappedPrefix{std::byte{0}, std::byte{0}, std::byte{0},    std::byte{0},
                                                    std::byte{0}, std::byte{0}, std::byte{0},    std::byte{0},
                                                    std::byte{0}, std::byte{0}, std::byte{0xff}, std::byte{0xff}};

unsigned v4Octet(const Ipv6& address, std::size_t index) noexcept {
  return std::to_integer<unsigned>(address.bytes[kV4MappedPrefix.size() + index]);
}

std::optional<std::uint16_t> parsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

std::optional<Ipv6> parseV4(std::string_view text) {
  std::array<std::uint8_t, 4> octets;
  if (inet_pton(AF_INET, std::string(text).c_str(), octets.data()) != 1) return std::nullopt;
  return mappedV4(octets);
}

}  // namespace

Ipv6 mappedV4(const std::array<std::uint8_t, 4>& octets) {
  Ipv6 out;
  std::ranges::copy(kV4MappedPrefix, out.bytes.begin());
  std::ranges::transform(octets, out.bytes.begin() + kV4MappedPrefix.size(),
                         [](std::uint8_t octet) { return std::byte{octet}; });
  return out;
}

bool isV4Mapped(const Ipv6& address) noexcept {
  return std::equal(kV4MappedPrefix.begin(), kV4MappedPrefix.end(), address.bytes.begin());
}

bool isLinkLocal(const Ipv6& address) noexcept {
  return address.bytes[0] == std::byte{0xfe} && (address.bytes[1] & std::byte{0xc0}) == std::byte{0x80};
}

bool isLoopback(const Ipv6& address) noexcept {
  if (isV4Mapped(address)) return v4Octet(address, 0) == 127;
  constexpr Ipv6 kLoopback{{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0},
                            std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0},
                            std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}}};
  return address == kLoopback;
}

bool isPrivate(const Ipv6& address) noexcept {
  if (!isV4Mapped(address)) return (address.bytes[0] & std::byte{0xfe}) == std::byte{0xfc};
  const unsigned first = v4Octet(address, 0);
  const unsigned second = v4Octet(address, 1);
  return first == 10 || (first == 172 && second >= 16 && second < 32) || (first == 192 && second == 168);
}

bool isInsideTailnet(const Ipv6& address) noexcept {
  constexpr std::size_t kPrefixSize = 6;
  const auto startsLike = [&address](const Ipv6& other) {
    return std::equal(other.bytes.begin(), other.bytes.begin() + kPrefixSize, address.bytes.begin());
  };
  return startsLike(tailnetAddress(Uuid())) || startsLike(coderServiceAddress(Uuid()));
}

Ipv6 randomTailnetAddress(Rng& rng) {
  std::array<std::byte, Uuid::kSize> bytes;
  rng.fill(bytes);
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};  // RFC 9562 version 4
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  return tailnetAddress(Uuid(bytes));
}

std::int64_t nodeIdOf(const Uuid& id) {
  const auto number = static_cast<std::int64_t>(Reader(id.bytes().subspan(8)).u64be());
  return number < 0 ? static_cast<std::int64_t>(~static_cast<std::uint64_t>(number) + 1) : number;
}

std::string toHostPrefix(const Ipv6& address) { return address.toString() + "/128"; }

std::optional<Ipv6> parseHostPrefix(std::string_view text) {
  constexpr std::string_view kBits = "/128";
  if (!text.ends_with(kBits)) return std::nullopt;
  return Ipv6::parse(text.substr(0, text.size() - kBits.size()));
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view host = text.substr(0, colon);
  const auto port = parsePort(text.substr(colon + 1));
  const bool isBracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const auto address = isBracketed ? Ipv6::parse(host.substr(1, host.size() - 2)) : parseV4(host);
  if (!port || !address) return std::nullopt;
  return Endpoint{*address, *port};
}

std::string Endpoint::toString() const {
  if (!isV4Mapped(address)) return "[" + address.toString() + "]:" + std::to_string(port);
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, address.bytes.data() + kV4MappedPrefix.size(), text.data(), text.size());
  return std::string(text.data()) + ":" + std::to_string(port);
}

Endpoint relayEndpoint(int region) { return {mappedV4({127, 3, 3, 40}), static_cast<std::uint16_t>(region)}; }

}  // namespace berth::tunnel::wire

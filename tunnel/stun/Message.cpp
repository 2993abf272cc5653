#include "tunnel/stun/Message.h"

#include <zlib.h>

#include "tunnel/wire/Reader.h"
#include "tunnel/wire/Writer.h"

namespace berth::tunnel::stun {

namespace {

constexpr std::uint16_t kBindingRequest = 0x0001;
constexpr std::uint16_t kBindingResponse = 0x0101;
constexpr std::uint32_t kCookie = 0x2112a442;
constexpr std::size_t kHeaderSize = 20;

constexpr std::uint16_t kMappedAddress = 0x0001;
constexpr std::uint16_t kXorMappedAddress = 0x0020;
constexpr std::uint16_t kXorMappedAddressEarly = 0x8020;
constexpr std::uint16_t kSoftware = 0x8022;
constexpr std::uint16_t kFingerprint = 0x8028;
constexpr std::string_view kSoftwareName = "tailnode";
constexpr std::uint32_t kFingerprintXor = 0x5354554e;

constexpr std::uint8_t kFamilyV4 = 1;
constexpr std::uint8_t kFamilyV6 = 2;
constexpr std::size_t kV4Size = 4;
constexpr std::size_t kV6Size = 16;
constexpr std::size_t kV4Offset = 12;  // in a mapped address

struct Header {
  std::uint16_t type = 0;
  std::uint16_t length = 0;
  TransactionId id{};
};

std::optional<Header> readHeader(wire::Reader& in) {
  Header header;
  header.type = in.u16be();
  header.length = in.u16be();
  const std::uint32_t cookie = in.u32be();
  header.id = in.array<std::tuple_size_v<TransactionId>>();
  if (!in.isOk() || cookie != kCookie || header.length != in.remaining()) return std::nullopt;
  return header;
}

void writeHeader(wire::Writer& out, std::uint16_t type, std::size_t length, const TransactionId& id) {
  out.u16be(type);
  out.u16be(static_cast<std::uint16_t>(length));
  out.u32be(kCookie);
  out.bytes(id);
}

// RFC 8489 14.2: the cookie and, for IPv6, the transaction id.
std::array<std::byte, kV6Size> xorMask(const TransactionId& id) {
  std::array<std::byte, kV6Size> mask{};
  wire::Writer out(mask);
  out.u32be(kCookie);
  out.bytes(id);
  return mask;
}

std::optional<wire::Endpoint> readAddress(wire::Reader in, const TransactionId* maskedWith) {
  in.u8();
  const std::uint8_t family = in.u8();
  wire::Endpoint endpoint;
  endpoint.port = in.u16be();
  if (!in.isOk() || (family != kFamilyV4 && family != kFamilyV6)) return std::nullopt;
  if (in.remaining() != (family == kFamilyV4 ? kV4Size : kV6Size)) return std::nullopt;
  if (family == kFamilyV4) endpoint.address = wire::mappedV4({});
  const ByteSpan address = ByteSpan(endpoint.address.bytes).last(in.remaining());
  std::ranges::copy(in.rest(), address.begin());
  if (maskedWith == nullptr) return endpoint;
  endpoint.port ^= static_cast<std::uint16_t>(kCookie >> 16);
  const auto mask = xorMask(*maskedWith);
  for (std::size_t i = 0; i < address.size(); ++i) address[i] ^= mask[i];
  return endpoint;
}

}  // namespace

bool looksLikeStun(ByteView packet) noexcept {
  wire::Reader in(packet);
  const std::uint32_t first = in.u32be();
  const std::uint32_t cookie = in.u32be();
  return packet.size() >= kHeaderSize && first >> 30 == 0 && cookie == kCookie;
}

Bytes makeRequest(const TransactionId& id) {
  constexpr std::size_t kSoftwareSize = 4 + kSoftwareName.size();
  constexpr std::size_t kFingerprintSize = 4 + 4;
  Bytes packet(kHeaderSize + kSoftwareSize + kFingerprintSize);
  wire::Writer out(packet);
  writeHeader(out, kBindingRequest, kSoftwareSize + kFingerprintSize, id);
  out.u16be(kSoftware);
  out.u16be(static_cast<std::uint16_t>(kSoftwareName.size()));
  out.bytes(asBytes(kSoftwareName));
  const ByteSpan covered = out.written();
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(covered.data()), static_cast<uInt>(covered.size()));
  out.u16be(kFingerprint);
  out.u16be(4);
  out.u32be(static_cast<std::uint32_t>(crc) ^ kFingerprintXor);
  return packet;
}

std::optional<TransactionId> parseRequest(ByteView packet) {
  wire::Reader in(packet);
  const auto header = readHeader(in);
  return header && header->type == kBindingRequest ? std::optional(header->id) : std::nullopt;
}

Bytes makeResponse(const TransactionId& id, const wire::Endpoint& source) {
  const bool isV4 = wire::isV4Mapped(source.address);
  const ByteView address = ByteView(source.address.bytes).subspan(isV4 ? kV4Offset : 0);
  const std::size_t valueSize = 4 + address.size();
  Bytes packet(kHeaderSize + 4 + valueSize);
  wire::Writer out(packet);
  writeHeader(out, kBindingResponse, 4 + valueSize, id);
  out.u16be(kXorMappedAddress);
  out.u16be(static_cast<std::uint16_t>(valueSize));
  out.u8(0);
  out.u8(isV4 ? kFamilyV4 : kFamilyV6);
  out.u16be(source.port ^ static_cast<std::uint16_t>(kCookie >> 16));
  const auto mask = xorMask(id);
  for (std::size_t i = 0; i < address.size(); ++i) out.u8(std::to_integer<std::uint8_t>(address[i] ^ mask[i]));
  return packet;
}

std::optional<Response> parseResponse(ByteView packet) {
  wire::Reader in(packet);
  const auto header = readHeader(in);
  if (!header || header->type != kBindingResponse) return std::nullopt;
  std::optional<wire::Endpoint> fallback;
  while (!in.isAtEnd()) {
    const std::uint16_t type = in.u16be();
    const std::uint16_t length = in.u16be();
    const ByteView value = in.bytes(length);
    if (!in.isOk()) return std::nullopt;
    in.bytes(std::min<std::size_t>((4 - length % 4) % 4, in.remaining()));
    if (type == kXorMappedAddress || type == kXorMappedAddressEarly) {
      if (const auto address = readAddress(wire::Reader(value), &header->id)) return Response{header->id, *address};
    } else if (type == kMappedAddress) {
      fallback = readAddress(wire::Reader(value), nullptr);
    }
  }
  return fallback ? std::optional(Response{header->id, *fallback}) : std::nullopt;
}

}  // namespace berth::tunnel::stun

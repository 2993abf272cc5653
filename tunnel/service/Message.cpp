#include "tunnel/service/Message.h"

#include <algorithm>
#include <array>
#include <format>

#include "tunnel/wire/Reader.h"
#include "tunnel/wire/Writer.h"

namespace berth::tunnel::service {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kMagic = "BRTH";
constexpr std::uint8_t kDial = 1;
constexpr std::uint8_t kPing = 2;

// The codes of refusals by position, from 1. Appended to only.
constexpr std::array kCodes = {
    ErrorCode::InvalidInput,      ErrorCode::NotFound,        ErrorCode::AlreadyExists, ErrorCode::Conflict,
    ErrorCode::PermissionDenied,  ErrorCode::Unauthenticated, ErrorCode::LimitExceeded, ErrorCode::Unavailable,
    ErrorCode::Timeout,           ErrorCode::Cancelled,       ErrorCode::EndOfStream,   ErrorCode::ConnectionLost,
    ErrorCode::ProtocolViolation, ErrorCode::Unsupported,     ErrorCode::Internal,
};

std::uint8_t numberOf(ErrorCode code) {
  return static_cast<std::uint8_t>(std::ranges::find(kCodes, code) - kCodes.begin() + 1);
}

ErrorCode codeOf(std::uint8_t number) {
  return number >= 1 && number <= kCodes.size() ? kCodes[number - 1] : ErrorCode::Internal;
}

template <typename Write>
Bytes body(std::size_t size, Write write) {
  Bytes out(size);
  wire::Writer writer(out);
  write(writer);
  return out;
}

Bytes bodyOf(const DialRequest& request) {
  return body(Uuid::kSize + 2 + request.deployment.size(), [&](wire::Writer& out) {
    out.bytes(request.agent.value.bytes());
    out.u16be(request.port);
    out.bytes(asBytes(request.deployment));
  });
}

Bytes bodyOf(const PingRequest& request) {
  return body(Uuid::kSize + 4 + request.deployment.size(), [&](wire::Writer& out) {
    out.bytes(request.agent.value.bytes());
    out.u32be(static_cast<std::uint32_t>(std::clamp(request.timeout, 0ms, kMaxPingTimeout).count()));
    out.bytes(asBytes(request.deployment));
  });
}

Bytes answer(std::uint8_t code, ByteView content) {
  return body(kAnswerHeaderSize + content.size(), [&](wire::Writer& out) {
    out.u8(code);
    out.u16be(static_cast<std::uint16_t>(content.size()));
    out.bytes(content);
  });
}

}  // namespace

Result<Bytes> emit(const Request& request) {
  const Bytes content = std::visit([](const auto& each) { return bodyOf(each); }, request);
  if (content.size() > kMaxRequestBody)
    return fail(ErrorCode::InvalidInput, "the deployment's address is too long for the tunnel service");
  return body(kRequestHeaderSize + content.size(), [&](wire::Writer& out) {
    out.bytes(asBytes(kMagic));
    out.u8(kVersion);
    out.u8(std::holds_alternative<DialRequest>(request) ? kDial : kPing);
    out.u16be(static_cast<std::uint16_t>(content.size()));
    out.bytes(content);
  });
}

Result<RequestHeader> parseRequestHeader(ByteView header) {
  wire::Reader in(header);
  const ByteView magic = in.bytes(kMagic.size());
  const RequestHeader parsed{in.u8(), in.u8(), in.u16be()};
  if (!in.isOk() || !in.isAtEnd() || asText(magic) != kMagic)
    return fail(ErrorCode::ProtocolViolation, "this is no request to the tunnel service");
  if (parsed.bodySize > kMaxRequestBody)
    return fail(ErrorCode::LimitExceeded, std::format("a request of {} bytes is too long", parsed.bodySize));
  return parsed;
}

Result<Request> parseRequest(const RequestHeader& header, ByteView content) {
  if (header.version != kVersion)
    return fail(ErrorCode::Unsupported,
                std::format("the tunnel service speaks version {}, not {}: one of the two programs is older", kVersion,
                            header.version));
  if (header.kind != kDial && header.kind != kPing)
    return fail(ErrorCode::Unsupported, std::format("the tunnel service knows no request of kind {}", header.kind));
  const bool isDial = header.kind == kDial;
  wire::Reader in(content);
  const AgentId agent{Uuid(in.array<Uuid::kSize>())};
  const std::uint16_t port = isDial ? in.u16be() : 0;
  const std::chrono::milliseconds timeout(isDial ? 0 : in.u32be());
  std::string deployment(asText(in.rest()));
  if (!in.isOk() || deployment.empty() || (isDial && port == 0))
    return fail(ErrorCode::ProtocolViolation, "the request to the tunnel service is not whole");
  if (isDial) return DialRequest{std::move(deployment), agent, port};
  return PingRequest{std::move(deployment), agent, std::min(timeout, kMaxPingTimeout)};
}

Bytes emitDone(ByteView content) { return answer(0, content); }

Bytes emitRefusal(const Error& error) {
  const ByteView text = asBytes(error.message());
  return answer(numberOf(error.code()), text.first(std::min(text.size(), kMaxAnswerBody)));
}

Bytes emitPong(const dialer::PingResult& pong) {
  const wire::Endpoint direct = pong.direct.value_or(wire::Endpoint{});
  const ByteView name = asBytes(pong.regionName).first(std::min<std::size_t>(pong.regionName.size(), 256));
  return emitDone(body(8 + 4 + sizeof(direct.address.bytes) + 2 + name.size(), [&](wire::Writer& out) {
    out.u64be(static_cast<std::uint64_t>(pong.roundTrip.count()));
    out.u32be(static_cast<std::uint32_t>(pong.region));
    out.bytes(direct.address.bytes);
    out.u16be(direct.port);
    out.bytes(name);
  }));
}

Result<AnswerHeader> parseAnswerHeader(ByteView header) {
  wire::Reader in(header);
  const AnswerHeader parsed{in.u8(), in.u16be()};
  if (!in.isOk() || !in.isAtEnd() || parsed.bodySize > kMaxAnswerBody)
    return fail(ErrorCode::ProtocolViolation, "this is no answer of the tunnel service");
  return parsed;
}

Error parseRefusal(std::uint8_t code, ByteView content) { return {codeOf(code), std::string(asText(content))}; }

Result<dialer::PingResult> parsePong(ByteView content) {
  wire::Reader in(content);
  dialer::PingResult pong;
  pong.roundTrip = std::chrono::nanoseconds(in.u64be());
  pong.region = static_cast<int>(in.u32be());
  wire::Endpoint direct;
  direct.address.bytes = in.array<16>();
  direct.port = in.u16be();
  if (direct.port != 0) pong.direct = direct;
  pong.regionName = asText(in.rest());
  if (!in.isOk()) return fail(ErrorCode::ProtocolViolation, "the tunnel service's answer is cut short");
  return pong;
}

}  // namespace berth::tunnel::service

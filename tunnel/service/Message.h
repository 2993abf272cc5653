// What is said over the tunnel service's socket. Numbers are big-endian.
//
//   request  4 "BRTH" | u8 version = 1 | u8 kind | u16 length of the body
//     dial   16 agent | u16 port | deployment, the rest          kind 1
//     ping   16 agent | u32 milliseconds | deployment, the rest  kind 2
//   answer   u8 code | u16 length of the body                    code 0: done
//     dial   nothing; from here on the connection is the stream, half-closes included
//     ping   u64 round trip in ns | u32 region | 16 address, u16 port (zeros: over the relay) | the region's name
//     refusal (any other code)  the reason, UTF-8
//
// A deployment is named by its URL as http::Url writes it. A later version changes the number; what it asks for is then
// refused as unsupported, and the caller uses a tunnel of its own.
#pragma once

#include <string>
#include <variant>

#include "core/base/Error.h"
#include "core/base/Ids.h"
#include "tunnel/dialer/PingResult.h"

namespace berth::tunnel::service {

inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::size_t kRequestHeaderSize = 8;
inline constexpr std::size_t kAnswerHeaderSize = 3;
// Own limits, met before anything is allocated.
inline constexpr std::size_t kMaxRequestBody = 2048;
inline constexpr std::size_t kMaxAnswerBody = 1024;
inline constexpr std::chrono::milliseconds kMaxPingTimeout{60'000};

struct DialRequest {
  std::string deployment;
  AgentId agent;
  std::uint16_t port = 0;
  bool operator==(const DialRequest&) const = default;
};
struct PingRequest {
  std::string deployment;
  AgentId agent;
  std::chrono::milliseconds timeout{};
  bool operator==(const PingRequest&) const = default;
};
using Request = std::variant<DialRequest, PingRequest>;

// InvalidInput for a deployment that is too long.
Result<Bytes> emit(const Request& request);

struct RequestHeader {
  std::uint8_t version = 0;
  std::uint8_t kind = 0;
  std::size_t bodySize = 0;  // within kMaxRequestBody
};
// ProtocolViolation for what is no request, LimitExceeded for a long one.
Result<RequestHeader> parseRequestHeader(ByteView header);
// Unsupported for a version that is not ours or an unknown kind, ProtocolViolation for a body that does not fit.
Result<Request> parseRequest(const RequestHeader& header, ByteView body);

Bytes emitDone(ByteView body = {});
Bytes emitRefusal(const Error& error);  // a long reason is cut
Bytes emitPong(const dialer::PingResult& pong);

struct AnswerHeader {
  std::uint8_t code = 0;
  std::size_t bodySize = 0;  // within kMaxAnswerBody
  bool isDone() const noexcept { return code == 0; }
};
Result<AnswerHeader> parseAnswerHeader(ByteView header);
Error parseRefusal(std::uint8_t code, ByteView body);
Result<dialer::PingResult> parsePong(ByteView body);

}  // namespace berth::tunnel::service

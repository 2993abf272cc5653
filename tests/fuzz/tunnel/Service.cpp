#include "tests/fuzz/tunnel/Fuzz.h"
#include "tunnel/service/Message.h"

using namespace berth;
using namespace berth::tunnel::service;

namespace {

void takeRequest(ByteView input) {
  const auto header = parseRequestHeader(input.first(std::min(input.size(), kRequestHeaderSize)));
  if (!header) return;
  const ByteView body = input.subspan(kRequestHeaderSize);
  const auto request = parseRequest(*header, body.first(std::min(body.size(), header->bodySize)));
  if (!request) return;
  const auto again = emit(*request);
  fuzz::require(again.has_value());
  const auto sameHeader = parseRequestHeader(ByteView(*again).first(kRequestHeaderSize));
  fuzz::require(sameHeader && parseRequest(*sameHeader, ByteView(*again).subspan(kRequestHeaderSize)) == *request);
}

void takeAnswer(ByteView input) {
  const auto header = parseAnswerHeader(input.first(std::min(input.size(), kAnswerHeaderSize)));
  if (!header) return;
  const ByteView body = input.subspan(kAnswerHeaderSize);
  parseRefusal(header->code, body);
  if (const auto pong = parsePong(body)) emitPong(*pong);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  takeRequest(fuzz::input(data, size));
  takeAnswer(fuzz::input(data, size));
  return 0;
}

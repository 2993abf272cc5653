#include "tests/fuzz/tunnel/Fuzz.h"
#include "tunnel/stun/Message.h"

using namespace berth;
using namespace berth::tunnel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView packet = fuzz::input(data, size);
  if (const auto response = stun::parseResponse(packet)) {
    const auto again = stun::parseResponse(stun::makeResponse(response->id, response->address));
    fuzz::require(again && again->address == response->address);
  }
  if (const auto id = stun::parseRequest(packet)) fuzz::require(stun::parseRequest(stun::makeRequest(*id)) == id);
  stun::looksLikeStun(packet);
  return 0;
}

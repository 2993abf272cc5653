// The input is what a client sends behind its upgrade, to a server that echoes messages.
#include "core/http/WebSocket.h"

#include "core/http/detail/Handshake.h"
#include "tests/fuzz/core/OneShot.h"

using namespace berth;
using namespace berth::http;

namespace {

constexpr std::size_t kReadLimit = 1U << 14;

Task<void> echo(std::shared_ptr<Stream> stream) {
  const Request upgrade{"GET",
                        "/",
                        {{"Host", "x"},
                         {"Upgrade", "websocket"},
                         {"Connection", "Upgrade"},
                         {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                         {"Sec-WebSocket-Version", "13"}},
                        {}};
  auto socket = co_await detail::acceptWebSocket(std::move(stream), upgrade, {});
  if (!socket) co_return;
  (*socket)->setReadLimit(kReadLimit);
  while (const auto message = co_await (*socket)->read())
    if (!co_await (*socket)->writeBinary(asBytes(message->data))) co_return;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::driveWith(std::as_bytes(std::span(data, size)), 1U << 18, echo);
  return 0;
}

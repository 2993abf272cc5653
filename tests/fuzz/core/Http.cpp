// The input is what a client sends to a server, and what a server answers to a client.
#include "core/http/Server.h"
#include "core/http/detail/MessageReader.h"
#include "tests/fuzz/core/OneShot.h"

using namespace berth;
using namespace berth::http;

namespace {

Task<void> answer(Exchange& exchange) {
  const Request& request = exchange.request();
  (void)request.query("q");
  (void)request.cookie("c");
  (void)co_await exchange.respond({.body = std::string(request.path())});
}

Task<void> readResponse(std::shared_ptr<Stream> stream) {
  detail::MessageReader reader(stream);
  std::string body;
  while (true) {
    const auto head = co_await reader.readResponseHead(4096, std::chrono::seconds(1), false);
    if (!head || !co_await reader.readBody(4096, std::chrono::seconds(1), detail::collectInto(body))) co_return;
  }
}

Task<void> serve(std::unique_ptr<Stream> stream) {
  return serveConnection(std::move(stream), {answer, {}}, {.header = 4096, .body = 4096});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  fuzz::driveWith(bytes, 1U << 16, serve);
  fuzz::driveWith(bytes, 1U << 16, readResponse);
  return 0;
}

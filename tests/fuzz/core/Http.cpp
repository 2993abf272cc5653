// The input is what a client sends to a server, and what a server answers to a client.
#include "core/http/Server.h"
#include "core/http/detail/MessageReader.h"

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

Task<void> send(Stream& stream, ByteView bytes) {
  (void)co_await stream.write(bytes);
  (void)co_await stream.closeWrite();
}

Task<void> drop(Stream& stream) {
  Bytes buffer(4096);
  while (co_await stream.readSome(buffer)) continue;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  asio::io_context io;
  auto [client, server] = makeStreamPair(io.get_executor(), 1U << 16);
  auto [origin, reader] = makeStreamPair(io.get_executor(), 1U << 16);
  asio::co_spawn(io, serveConnection(std::move(server), {answer, {}}, {.header = 4096, .body = 4096}), asio::detached);
  asio::co_spawn(io, readResponse(std::move(reader)), asio::detached);
  asio::co_spawn(io, send(*client, bytes), asio::detached);
  asio::co_spawn(io, send(*origin, bytes), asio::detached);
  asio::co_spawn(io, drop(*client), asio::detached);
  io.poll();
  client->close();
  origin->close();
  io.poll();
  return 0;
}

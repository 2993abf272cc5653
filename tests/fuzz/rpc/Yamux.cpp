// The input is what a peer sends: to a session that echoes what its streams bring.
#include "core/rpc/YamuxSession.h"

using namespace berth;
using namespace berth::rpc;

namespace {

Task<void> echo(std::unique_ptr<Stream> stream) {
  Bytes buffer(512);
  while (const auto count = co_await stream->readSome(buffer))
    if (!co_await stream->write(ByteView(buffer).first(*count))) co_return;
}

Task<void> accept(std::shared_ptr<YamuxSession> session) {
  while (auto stream = co_await session->accept())
    asio::co_spawn(session->executor(), echo(*std::move(stream)), asio::detached);
}

Task<void> send(Stream& stream, ByteView bytes) {
  co_await stream.write(bytes);
  co_await stream.closeWrite();
}

Task<void> drop(Stream& stream) {
  Bytes buffer(4096);
  while (co_await stream.readSome(buffer)) continue;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  asio::io_context io;
  auto [peer, own] = makeStreamPair(io.get_executor(), 1U << 16);
  auto session = std::make_shared<YamuxSession>(std::move(own), YamuxSession::Role::Server);
  asio::co_spawn(io, accept(session), asio::detached);
  asio::co_spawn(io, send(*peer, std::as_bytes(std::span(data, size))), asio::detached);
  asio::co_spawn(io, drop(*peer), asio::detached);
  io.poll();
  session->close();
  peer->close();
  io.poll();
  return 0;
}

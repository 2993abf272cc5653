// Drives one end of a connection with the input of a fuzz target.
#pragma once

#include "core/base/Stream.h"

namespace berth::fuzz {

inline Task<void> send(Stream& stream, ByteView bytes) {
  (void)co_await stream.write(bytes);
  (void)co_await stream.closeWrite();
}

inline Task<void> drop(Stream& stream) {
  Bytes buffer(4096);
  while (co_await stream.readSome(buffer)) continue;
}

// Sends `bytes` from one end of a pair of streams whose other end `serve` takes, drops the answers, and closes.
template <typename Serve>
void driveWith(ByteView bytes, std::size_t capacity, Serve serve) {
  asio::io_context io;
  auto [near, far] = makeStreamPair(io.get_executor(), capacity);
  asio::co_spawn(io, serve(std::move(far)), asio::detached);
  asio::co_spawn(io, send(*near, bytes), asio::detached);
  asio::co_spawn(io, drop(*near), asio::detached);
  io.poll();
  near->close();
  io.poll();
}

}  // namespace berth::fuzz

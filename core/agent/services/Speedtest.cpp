#include "core/agent/services/Speedtest.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "core/base/Log.h"

namespace berth::agent {

namespace {

constexpr int kVersion = 2;
constexpr auto kDefaultDuration = std::chrono::seconds(5);
constexpr auto kMaxDuration = std::chrono::seconds(30);
constexpr int kDeadlineFactor = 4;
constexpr std::size_t kMaxLine = 1024;
constexpr std::size_t kReadSize = 64 * 1024;

// Byte by byte, but only this short line: what follows it belongs to the test.
Task<Result<std::string>> readLine(Stream& stream) {
  std::string line;
  while (line.size() < kMaxLine) {
    char next = 0;
    CO_TRY(co_await readExactly(stream, {reinterpret_cast<std::byte*>(&next), 1}));
    if (next == '\n') co_return line;
    line += next;
  }
  co_return fail(ErrorCode::LimitExceeded, "speed test: the request is too long");
}

Task<void> send(Stream& stream, std::chrono::nanoseconds duration) {
  const Bytes block(kSpeedtestBlock);
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < end)
    if (!co_await stream.write(block)) co_return;
  co_await stream.closeWrite();
  // The peer closes when it has read everything; closing first could cut what is on its way.
  std::byte ignored{};
  co_await stream.readSome({&ignored, 1});
}

Task<void> receive(Stream& stream) {
  Bytes buffer(kReadSize);
  while (co_await stream.readSome(buffer)) {
  }
}

}  // namespace

Result<SpeedtestRequest> parseSpeedtestRequest(std::string_view line) {
  boost::system::error_code error;
  const auto value = boost::json::parse(line, error);
  const auto* object = error ? nullptr : value.if_object();
  if (object == nullptr) return fail(ErrorCode::InvalidInput, "speed test: the request is not a JSON object");
  const auto number = [object](std::string_view name) -> std::int64_t {
    const auto* found = object->if_contains(name);
    if (found == nullptr) return 0;
    const auto read = found->try_to_number<std::int64_t>();
    return read ? *read : -1;
  };
  if (number("version") != kVersion)
    return fail(ErrorCode::Unsupported,
                std::format("speed test: version {} is asked for, {} is spoken here", number("version"), kVersion));
  const std::int64_t direction = number("direction");
  if (direction != 0 && direction != 1) return fail(ErrorCode::InvalidInput, "speed test: direction must be 0 or 1");
  SpeedtestRequest request{.duration = std::chrono::nanoseconds(number("time")), .agentSends = direction == 0};
  if (request.duration <= std::chrono::nanoseconds(0)) request.duration = kDefaultDuration;
  if (request.duration > kMaxDuration) return fail(ErrorCode::InvalidInput, "speed test: 30 s at most");
  return request;
}

Task<void> serveSpeedtest(std::unique_ptr<Stream> stream) {
  const auto line = co_await readLine(*stream);
  if (!line) co_return;
  const auto request = parseSpeedtestRequest(*line);
  if (!request) {
    log::info("{}", request.error().message());
    const std::string answer = std::format("{{\"error\":\"{}\"}}\n", request.error().message());
    co_await stream->write(asBytes(answer));
    co_return;
  }
  if (!co_await stream->write(asBytes("{}\n"))) co_return;
  asio::steady_timer deadline(stream->executor(), request->duration * kDeadlineFactor);
  deadline.async_wait([&stream](const boost::system::error_code& error) {
    if (!error) stream->close();
  });
  if (request->agentSends)
    co_await send(*stream, request->duration);
  else
    co_await receive(*stream);
  deadline.cancel();
  co_await asio::post(stream->executor(), asio::use_awaitable);  // the handler above holds `stream`
}

}  // namespace berth::agent

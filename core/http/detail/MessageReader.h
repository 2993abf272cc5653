// Reads HTTP/1 messages one after another from a stream (RFC 9112), within limits and deadlines. The parser is Beast's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "core/base/Stream.h"
#include "core/http/Message.h"
#include "core/http/detail/Deadline.h"

namespace berth::http::detail {

using BodySink = std::function<Result<void>(ByteView)>;

// What the head of the latest message says about the bytes around it.
struct Framing {
  bool isHttp11 = true;
  bool isKeptAlive = true;
  bool isUpgrade = false;
  std::optional<std::uint64_t> contentLength = {};
};

class MessageReader {
 public:
  explicit MessageReader(std::shared_ptr<Stream> stream);
  ~MessageReader();

  // Returns once a byte of the next message is there. EndOfStream when the peer is done.
  Task<Result<void>> waitForInput(std::chrono::milliseconds timeout);

  // The whole head must come within `timeout`. LimitExceeded over `limit`, ProtocolViolation when malformed.
  Task<Result<Request>> readRequestHead(std::size_t limit, std::chrono::milliseconds timeout);
  // `timeout` is for the next byte to come. `answersHead`: the request was HEAD, so no body follows.
  Task<Result<Response>> readResponseHead(std::size_t limit, std::chrono::milliseconds timeout, bool answersHead);

  // The body of the message whose head was read last. Each read may take `stallTimeout`.
  Task<Result<void>> readBody(std::size_t limit, std::chrono::milliseconds stallTimeout, const BodySink& sink);

  const Framing& framing() const noexcept { return m_framing; }
  bool hasInput() const noexcept { return m_begin < m_end; }
  Bytes takeRest();  // what came behind the latest message

 private:
  class Parser;
  template <bool isRequest>
  class ParserFor;

  Task<Result<void>> readMore();
  Task<Result<void>> parseHead(std::optional<std::chrono::milliseconds> perRead);
  Error parseError(const Error& error) const;

  std::shared_ptr<Stream> m_stream;
  Deadline m_deadline;
  std::unique_ptr<Parser> m_parser;
  Framing m_framing;
  Bytes m_buffer;
  std::size_t m_begin = 0;
  std::size_t m_end = 0;
};

// Appends to `text`.
BodySink collectInto(std::string& text);

}  // namespace berth::http::detail

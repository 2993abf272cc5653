#include "core/http/detail/MessageReader.h"

#include <boost/beast/http/basic_parser.hpp>
#include <format>
#include <limits>

namespace berth::http::detail {

namespace {

namespace beast = boost::beast;
using beast::error_code;

constexpr std::size_t kReadSize = 64 * 1024;
constexpr std::size_t kSmallReadSize = 4 * 1024;  // an idle connection should not hold more

Error toError(const error_code& code) {
  using beast::http::error;
  if (code == error::header_limit)
    return Error(ErrorCode::LimitExceeded, "the header is larger than this program accepts");
  if (code == error::partial_message)
    return Error(ErrorCode::ConnectionLost, "the connection ended in the middle of a message");
  return Error(ErrorCode::ProtocolViolation, std::format("malformed HTTP message: {}", code.message()));
}

}  // namespace

// Both directions behind one face, so that the reading loops exist once.
class MessageReader::Parser {
 public:
  struct Progress {
    std::size_t consumed = 0;
    bool needsMore = false;
  };

  virtual ~Parser() = default;
  virtual Result<Progress> feed(ByteView bytes) = 0;
  virtual Result<void> feedEnd() = 0;
  virtual bool hasHead() const = 0;
  virtual bool isDone() const = 0;
  virtual Framing framing() const = 0;

  void setSink(const BodySink* sink, std::size_t limit) {
    m_sink = sink;
    m_bytesLeft = limit;
  }
  Request request;
  Response response;

 protected:
  Result<void> deliver(std::string_view data) {
    if (data.size() > m_bytesLeft)
      return fail(ErrorCode::LimitExceeded, "the body is larger than this program accepts");
    m_bytesLeft -= data.size();
    return m_sink != nullptr ? (*m_sink)(asBytes(data)) : Result<void>();
  }

 private:
  const BodySink* m_sink = nullptr;
  std::size_t m_bytesLeft = 0;
};

template <bool isRequest>
class MessageReader::ParserFor final : public Parser, private beast::http::basic_parser<isRequest> {
  using Base = beast::http::basic_parser<isRequest>;

 public:
  ParserFor(std::size_t headerLimit, bool hasNoBody) {
    const auto limit = std::min<std::size_t>(headerLimit, std::numeric_limits<std::uint32_t>::max());
    Base::header_limit(static_cast<std::uint32_t>(limit));
    Base::body_limit(boost::none);  // counted in deliver(), because the limit depends on the head
    Base::eager(false);
    Base::skip(hasNoBody);
  }

  Result<Progress> feed(ByteView bytes) override {
    error_code error;
    const std::size_t consumed = Base::put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error == beast::http::error::need_more) return Progress{consumed, true};
    if (m_bodyError) return fail(*m_bodyError);
    if (error) return fail(toError(error));
    return Progress{consumed, false};
  }

  Result<void> feedEnd() override {
    error_code error;
    Base::put_eof(error);
    if (error) return fail(toError(error));
    return {};
  }

  bool hasHead() const override { return Base::is_header_done(); }
  bool isDone() const override { return Base::is_done(); }
  Framing framing() const override {
    Framing framing{.isHttp11 = m_version >= 11, .isKeptAlive = Base::keep_alive(), .isUpgrade = Base::upgrade()};
    if (const auto length = Base::content_length()) framing.contentLength = *length;
    return framing;
  }

 private:
  using beastView = beast::string_view;

  void on_request_impl(beast::http::verb, beastView method, beastView target, int version, error_code&) override {
    m_version = version;
    request.method = method;
    request.target = target;
  }
  void on_response_impl(int status, beastView, int version, error_code&) override {
    m_version = version;
    response.status = status;
  }
  void on_field_impl(beast::http::field, beastView name, beastView value, error_code&) override {
    if (m_isHeadDone) return;  // a trailer
    (isRequest ? request.headers : response.headers).add(name, value);
  }
  void on_header_impl(error_code&) override { m_isHeadDone = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beastView data, error_code& error) override { return take(data, error); }
  void on_chunk_header_impl(std::uint64_t, beastView, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beastView data, error_code& error) override {
    return take(data, error);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t take(beastView data, error_code& error) {
    if (const auto taken = deliver(std::string_view(data.data(), data.size())); !taken) {
      m_bodyError = taken.error();
      error = beast::http::error::body_limit;
    }
    return data.size();
  }

  int m_version = 11;
  bool m_isHeadDone = false;
  std::optional<Error> m_bodyError;
};

MessageReader::MessageReader(std::shared_ptr<Stream> stream) : m_stream(std::move(stream)), m_deadline(m_stream) {}
MessageReader::~MessageReader() = default;

Error MessageReader::parseError(const Error& error) const {
  return m_deadline.isMissed() ? Error(ErrorCode::Timeout, "the peer took too long") : error;
}

Task<Result<void>> MessageReader::readMore() {
  if (m_begin == m_end) m_begin = m_end = 0;
  if (m_end == m_buffer.size() && m_begin > 0) {
    std::copy(m_buffer.begin() + static_cast<std::ptrdiff_t>(m_begin),
              m_buffer.begin() + static_cast<std::ptrdiff_t>(m_end), m_buffer.begin());
    m_end -= m_begin;
    m_begin = 0;
  }
  if (m_end == m_buffer.size()) m_buffer.resize(m_buffer.empty() ? kSmallReadSize : m_buffer.size() + kReadSize);
  const auto count = co_await m_stream->readSome(ByteSpan(m_buffer).subspan(m_end));
  if (!count) co_return fail(parseError(count.error()));
  m_end += *count;
  co_return Result<void>();
}

Task<Result<void>> MessageReader::waitForInput(std::chrono::milliseconds timeout) {
  if (hasInput()) co_return Result<void>();
  m_deadline.arm(timeout);
  auto read = co_await readMore();
  m_deadline.disarm();
  co_return read;
}

Task<Result<void>> MessageReader::parseHead(std::optional<std::chrono::milliseconds> perRead) {
  while (true) {
    if (hasInput()) {
      CO_TRY_ASSIGN(const auto progress, m_parser->feed(ByteView(m_buffer).subspan(m_begin, m_end - m_begin)));
      m_begin += progress.consumed;
      if (m_parser->hasHead()) break;
    }
    if (perRead) m_deadline.arm(*perRead);
    const auto read = co_await readMore();
    if (read) continue;
    if (read.error().code() == ErrorCode::EndOfStream && m_end > 0)
      co_return fail(ErrorCode::ConnectionLost, "the connection ended in the middle of a header");
    co_return fail(read.error());
  }
  m_deadline.disarm();
  m_framing = m_parser->framing();
  co_return Result<void>();
}

Task<Result<Request>> MessageReader::readRequestHead(std::size_t limit, std::chrono::milliseconds timeout) {
  m_parser = std::make_unique<ParserFor<true>>(limit, false);
  m_deadline.arm(timeout);
  CO_TRY(co_await parseHead(std::nullopt));
  co_return std::move(m_parser->request);
}

Task<Result<Response>> MessageReader::readResponseHead(std::size_t limit, std::chrono::milliseconds timeout,
                                                       bool answersHead) {
  while (true) {
    m_parser = std::make_unique<ParserFor<false>>(limit, answersHead);
    CO_TRY(co_await parseHead(timeout));
    const int status = m_parser->response.status;
    if (status == 101 || status >= 200) co_return std::move(m_parser->response);
  }
}

Task<Result<void>> MessageReader::readBody(std::size_t limit, std::chrono::milliseconds stallTimeout,
                                           const BodySink& sink) {
  if (m_framing.contentLength && *m_framing.contentLength > limit && !m_parser->isDone())
    co_return fail(ErrorCode::LimitExceeded, "the body is larger than this program accepts");
  m_parser->setSink(&sink, limit);
  if (!m_parser->isDone() && m_buffer.size() < kReadSize) m_buffer.resize(std::max(m_end, kReadSize));
  while (!m_parser->isDone()) {
    if (hasInput()) {
      CO_TRY_ASSIGN(const auto progress, m_parser->feed(ByteView(m_buffer).subspan(m_begin, m_end - m_begin)));
      m_begin += progress.consumed;
      if (!progress.needsMore) continue;
    }
    m_deadline.arm(stallTimeout);
    const auto read = co_await readMore();
    m_deadline.disarm();
    if (read) continue;
    if (read.error().code() != ErrorCode::EndOfStream) co_return fail(read.error());
    CO_TRY(m_parser->feedEnd());
  }
  co_return Result<void>();
}

Bytes MessageReader::takeRest() {
  Bytes rest(m_buffer.begin() + static_cast<std::ptrdiff_t>(m_begin),
             m_buffer.begin() + static_cast<std::ptrdiff_t>(m_end));
  m_begin = m_end = 0;
  return rest;
}

BodySink collectInto(std::string& text) {
  return [&text](ByteView data) -> Result<void> {
    text += asText(data);
    return {};
  };
}

}  // namespace berth::http::detail

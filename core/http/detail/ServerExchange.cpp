#include "core/http/detail/ServerExchange.h"

#include <ctime>
#include <format>

#include "core/base/Log.h"
#include "core/http/detail/Handshake.h"
#include "core/http/detail/HeadWriter.h"
#include "core/http/detail/PrefixedStream.h"

namespace berth::http::detail {

namespace {

constexpr std::size_t kJoinedBody = 64 * 1024;  // smaller bodies leave in one piece with their head

std::string httpDate() {  // RFC 9110 5.6.7
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return {text.data(), size};
}

bool hasBody(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

// Chunks for HTTP/1.1, bare bytes until the connection's end for HTTP/1.0, nothing at all for HEAD.
class ServerExchange::ChunkedWriter final : public BodyWriter {
 public:
  enum class Form { Chunked, Bare, None };

  ChunkedWriter(ServerExchange& exchange, Form form) : m_exchange(exchange), m_form(form) {}

  Task<Result<void>> write(ByteView data) override {
    if (data.empty() || m_form == Form::None) co_return Result<void>();
    if (m_form == Form::Bare) co_return co_await m_exchange.write(data);
    std::string chunk = std::format("{:x}\r\n", data.size());
    chunk.reserve(chunk.size() + data.size() + 2);
    chunk += asText(data);
    chunk += "\r\n";
    co_return co_await m_exchange.write(asBytes(chunk));
  }

  Task<Result<void>> finish() override {
    if (m_form == Form::Chunked) CO_TRY(co_await m_exchange.write(asBytes("0\r\n\r\n")));
    m_exchange.m_answer = Answer::Complete;
    co_return Result<void>();
  }

 private:
  ServerExchange& m_exchange;
  Form m_form;
};

ServerExchange::ServerExchange(std::shared_ptr<Stream> stream, MessageReader& reader, const Request& request,
                               const std::string& remoteAddress, const ServerLimits& limits)
    : m_stream(std::move(stream)),
      m_reader(reader),
      m_request(request),
      m_remoteAddress(remoteAddress),
      m_limits(limits),
      m_isKeptAlive(reader.framing().isKeptAlive) {}

Result<void> ServerExchange::begin(Answer answer) {
  if (m_answer != Answer::None) return fail(ErrorCode::Internal, "the request was answered already");
  m_answer = answer;
  return {};
}

void ServerExchange::addConnectionFields(Response& response) const {
  if (!response.headers.find("Date")) response.headers.add("Date", httpDate());
  if (!m_isKeptAlive)
    response.headers.set("Connection", "close");
  else if (!m_reader.framing().isHttp11)
    response.headers.set("Connection", "keep-alive");
}

Task<Result<void>> ServerExchange::write(ByteView data) { return writeWithin(m_stream, data, m_limits.writeTimeout); }

Task<Result<void>> ServerExchange::send(std::string text) {
  auto sent = co_await write(asBytes(text));
  if (!sent) m_answer = Answer::Broken;
  co_return sent;
}

Task<Result<void>> ServerExchange::respond(Response response) {
  CO_TRY(begin(Answer::Complete));
  const bool isHead = m_request.method == "HEAD";
  if (!hasBody(response.status))
    response.body.clear();
  else if (!isHead || !response.headers.find("Content-Length"))
    response.headers.set("Content-Length", std::to_string(response.body.size()));
  addConnectionFields(response);
  auto head = responseHead(response);
  if (!head) {
    log::error("answer to {} {}: {}", m_request.method, m_request.path(), head.error().message());
    m_answer = Answer::None;  // the connection answers with an internal error
    co_return fail(head.error());
  }
  if (isHead || response.body.empty()) co_return co_await send(std::move(*head));
  if (response.body.size() <= kJoinedBody) co_return co_await send(*head + response.body);
  CO_TRY(co_await send(std::move(*head)));
  co_return co_await send(std::move(response.body));
}

Task<Result<std::unique_ptr<BodyWriter>>> ServerExchange::respondStreaming(Response head) {
  CO_TRY(begin(Answer::Streaming));
  auto form = ChunkedWriter::Form::Chunked;
  if (m_request.method == "HEAD" || !hasBody(head.status)) {
    form = ChunkedWriter::Form::None;
  } else if (!m_reader.framing().isHttp11) {
    form = ChunkedWriter::Form::Bare;
    m_isKeptAlive = false;
  }
  if (form == ChunkedWriter::Form::Chunked) head.headers.set("Transfer-Encoding", "chunked");
  addConnectionFields(head);
  CO_TRY_ASSIGN(auto text, responseHead(head));
  CO_TRY(co_await send(std::move(text)));
  co_return std::make_unique<ChunkedWriter>(*this, form);
}

Task<Result<std::unique_ptr<WebSocket>>> ServerExchange::acceptWebSocket(Headers extra) {
  if (!m_request.headers.find("Sec-WebSocket-Key") || !m_reader.framing().isUpgrade) {
    CO_TRY(co_await respond({426,
                             {{"Content-Type", "text/plain; charset=utf-8"}, {"Upgrade", "websocket"}},
                             "This route speaks WebSocket: the request must ask for an upgrade.\n"}));
    co_return fail(ErrorCode::InvalidInput, "the request does not ask for a websocket");
  }
  CO_TRY(begin(Answer::Upgraded));
  std::shared_ptr<Stream> stream = makePrefixedStream(m_reader.takeRest(), m_stream);
  co_return co_await detail::acceptWebSocket(std::move(stream), m_request, std::move(extra),
                                             {.ping = m_limits.pingInterval, .write = m_limits.writeTimeout});
}

Task<Result<std::unique_ptr<Stream>>> ServerExchange::upgrade(Response head, bool sendsHead) {
  CO_TRY(begin(Answer::Upgraded));
  if (sendsHead) {
    head.status = 101;
    CO_TRY_ASSIGN(auto text, responseHead(head));
    CO_TRY(co_await send(std::move(text)));
  }
  co_return makePrefixedStream(m_reader.takeRest(), m_stream);
}

}  // namespace berth::http::detail

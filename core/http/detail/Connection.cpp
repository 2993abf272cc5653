#include "core/http/detail/Connection.h"

#include <format>

#include "core/base/Log.h"
#include "core/http/detail/HeadWriter.h"
#include "core/http/detail/ServerExchange.h"

namespace berth::http::detail {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kLingerBytes = 1U << 20;
constexpr milliseconds kLingerTimeout{1000};

Response plainError(int status, std::string_view message) {
  // The API's error shape (reference/rest-api.md 1.4); all messages here are ours and need no escaping.
  return {
      status, {{"Content-Type", "application/json; charset=utf-8"}}, std::format("{{\"message\":\"{}\"}}", message)};
}

Response refusal(const Error& error) {
  switch (error.code()) {
    case ErrorCode::LimitExceeded:
      return error.message().find("header") != std::string::npos ? plainError(431, "Request header too large.")
                                                                 : plainError(413, "Request body too large.");
    default: return plainError(400, "Malformed HTTP request.");
  }
}

bool expectsContinue(const Request& request) {
  const auto expect = request.headers.find("Expect");
  return expect && (*expect == "100-continue" || *expect == "100-Continue");
}

}  // namespace

Connection::Connection(std::shared_ptr<Stream> stream, std::string remoteAddress, const Handler& handler,
                       const ServerLimits& limits)
    : m_stream(std::move(stream)),
      m_remoteAddress(std::move(remoteAddress)),
      m_handler(handler),
      m_limits(limits),
      m_reader(m_stream) {}

void Connection::stopAccepting() {
  m_isStopping = true;
  if (m_current == nullptr) m_stream->close();
}

void Connection::close() noexcept { m_stream->close(); }

bool Connection::isAnswering() const noexcept {
  return m_current != nullptr && m_current->answer() == ServerExchange::Answer::None;
}

Task<void> Connection::run() {
  // gcc 14 evaluates all of "a && co_await b" in the condition of a loop, whatever a says.
  while (!m_isStopping)
    if (!co_await serveOne()) break;
  m_stream->close();
}

Task<bool> Connection::serveOne() {
  if (!co_await m_reader.waitForInput(m_limits.idleTimeout)) co_return false;
  auto head = co_await m_reader.readRequestHead(m_limits.header, m_limits.headerTimeout);
  if (!head) {
    co_await refuse(head.error());
    co_return false;
  }
  Request request = std::move(*head);
  if (const auto body = co_await readBody(request); !body) {
    co_await refuse(body.error());
    co_return false;
  }
  ServerExchange exchange(m_stream, m_reader, request, m_remoteAddress, m_limits);
  m_current = &exchange;
  if (m_isStopping) exchange.setLastRequest();
  co_await runHandler(exchange);
  if (exchange.answer() == ServerExchange::Answer::None) {
    log::error("{} {}: the handler gave no answer", request.method, request.path());
    exchange.setLastRequest();
    co_await exchange.respond(plainError(500, "An internal server error occurred."));
  }
  m_current = nullptr;
  if (exchange.isKeptAlive()) co_return true;
  if (exchange.answer() == ServerExchange::Answer::Complete) co_await lingerAndClose();
  co_return false;
}

Task<Result<void>> Connection::readBody(Request& request) {
  const std::size_t limit =
      m_handler.bodyLimit ? co_await m_handler.bodyLimit(request, m_remoteAddress) : m_limits.body;
  const auto length = m_reader.framing().contentLength;
  if (expectsContinue(request) && (!length || *length <= limit))
    CO_TRY(co_await writeWithin(m_stream, asBytes("HTTP/1.1 100 Continue\r\n\r\n"), m_limits.writeTimeout));
  co_return co_await m_reader.readBody(limit, m_limits.idleTimeout, collectInto(request.body));
}

Task<void> Connection::runHandler(Exchange& exchange) {
  try {
    co_await m_handler.handle(exchange);
  } catch (const std::exception& failure) {  // a defect; it must not take other connections with it
    log::error("{} {}: unexpected exception: {}", exchange.request().method, exchange.request().path(), failure.what());
  }
}

Task<void> Connection::refuse(const Error& error) {
  switch (error.code()) {
    case ErrorCode::EndOfStream:
    case ErrorCode::ConnectionLost:
    case ErrorCode::Cancelled: co_return;
    case ErrorCode::Timeout: co_return;  // the deadline closed the connection
    default: break;
  }
  Response response = refusal(error);
  response.headers.add("Content-Length", std::to_string(response.body.size()));
  response.headers.add("Connection", "close");
  const auto head = responseHead(response);
  if (!head) co_return;
  const std::string text = *head + response.body;
  if (co_await writeWithin(m_stream, asBytes(text), m_limits.writeTimeout)) co_await lingerAndClose();
}

// Closing with unread input resets the connection, and the peer may lose the answer (RFC 9112 9.6).
Task<void> Connection::lingerAndClose() {
  if (!co_await m_stream->closeWrite()) co_return;
  Deadline deadline(m_stream);
  deadline.arm(kLingerTimeout);
  Bytes scratch(16 * 1024);
  for (std::size_t drained = 0; drained < kLingerBytes && !m_isStopping;) {
    const auto count = co_await m_stream->readSome(scratch);
    if (!count) co_return;
    drained += *count;
  }
}

}  // namespace berth::http::detail

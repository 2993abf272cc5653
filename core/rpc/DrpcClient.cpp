#include "core/rpc/DrpcClient.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <format>

namespace berth::rpc {

namespace {

Task<void> waitFor(asio::any_io_executor executor, std::chrono::milliseconds timeout) {
  asio::steady_timer timer(executor, timeout);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

// A reply that ends without a message is a failure here.
Task<Result<std::string>> exchange(DrpcCall& call, const MessageLite& request) {
  CO_TRY(call.queueMessage(request));
  CO_TRY(co_await call.closeSend());
  auto body = co_await call.receiveBody();
  if (!body && body.error().code() == ErrorCode::EndOfStream)
    co_return fail(ErrorCode::ProtocolViolation, "the call ended without an answer");
  co_return body;
}

}  // namespace

Task<Result<void>> DrpcClient::unaryInto(std::string_view name, const MessageLite& request, MessageLite& response,
                                         std::chrono::milliseconds timeout) {
  using asio::experimental::awaitable_operators::operator||;
  const auto session = m_session;
  CO_TRY_ASSIGN(auto stream, co_await session->open());
  auto call = DrpcCall::invoke(std::move(stream), name);
  auto outcome = co_await (exchange(call, request) || waitFor(session->executor(), timeout));
  if (outcome.index() == 1) co_return fail(ErrorCode::Timeout, std::format("no answer within {}", timeout));
  auto body = std::get<0>(std::move(outcome));
  if (!body) co_return fail(std::move(body).error());
  // The answer is here already; that the peer can't be told so any more changes nothing.
  (void)co_await call.finish();
  co_return DrpcCall::parse(*body, response);
}

Task<Result<std::unique_ptr<DrpcCall>>> DrpcClient::bidirectional(std::string_view name) {
  const auto session = m_session;
  CO_TRY_ASSIGN(auto stream, co_await session->open());
  co_return std::make_unique<DrpcCall>(DrpcCall::invoke(std::move(stream), name));
}

Task<Result<std::unique_ptr<DrpcCall>>> DrpcClient::serverStream(std::string_view name, const MessageLite& request) {
  CO_TRY_ASSIGN(auto call, co_await bidirectional(name));
  CO_TRY(call->queueMessage(request));
  CO_TRY(co_await call->closeSend());
  co_return call;
}

}  // namespace berth::rpc

// Answers remote procedure calls on a yamux session (reference/tailnet.md 4.7): a table from RPC name to handler.
//
// A handler's Error becomes an Error packet: code 12 for Unsupported, else 0; the text is the error's message. A name
// without handler is answered with code 12, which is what tells stock peers to go on without the call.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>

#include "core/rpc/DrpcCall.h"
#include "core/rpc/YamuxSession.h"

namespace berth::rpc {

class DrpcServer {
 public:
  // Reads the request(s) from the call itself; the call ends when the handler returns.
  using Handler = std::function<Task<Result<void>>(DrpcCall&)>;

  void addStream(std::string name, Handler handler) {
    m_handlers.insert_or_assign(std::move(name), std::move(handler));
  }

  // One message each way. The client going away doesn't stop the handler.
  template <typename Request, typename Response>
  void addUnary(std::string name, std::function<Task<Result<Response>>(Request)> handler) {
    addStream(std::move(name),
              [handler = std::move(handler)](DrpcCall& call) { return answerUnary<Request, Response>(call, handler); });
  }

  // Serves every stream of the session, calls side by side; returns when the session has ended and the last handler
  // with it. The server and whatever its handlers use must live until then.
  Task<void> serve(YamuxSession& session);

 private:
  template <typename Request, typename Response>
  static Task<Result<void>> answerUnary(DrpcCall& call, const std::function<Task<Result<Response>>(Request)>& handler) {
    CO_TRY_ASSIGN(Request request, co_await call.receive<Request>());
    CO_TRY_ASSIGN(const Response response, co_await handler(std::move(request)));
    CO_TRY(call.queueMessage(response));
    co_return co_await call.closeSend();
  }

  Task<void> serveStream(DrpcCall& call) const;

  std::unordered_map<std::string, Handler> m_handlers;
};

}  // namespace berth::rpc

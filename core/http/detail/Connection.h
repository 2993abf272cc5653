// A server's connection: reads requests one after another and hands each to the handler.
#pragma once

#include "core/http/Server.h"
#include "core/http/detail/MessageReader.h"

namespace berth::http::detail {

class Connection {
 public:
  // `handler` and `limits` outlive the connection.
  Connection(std::shared_ptr<Stream> stream, std::string remoteAddress, const Handler& handler,
             const ServerLimits& limits);

  // Until the connection ends.
  Task<void> run();

  // No more requests: closes now when between two, else after the answer under way.
  void stopAccepting();
  void close() noexcept;

  // A handler runs whose answer is a plain one still to come: worth waiting for at shutdown.
  bool isAnswering() const noexcept;

 private:
  Task<bool> serveOne();  // false: the connection ends
  Task<Result<void>> readBody(Request& request);
  Task<void> runHandler(Exchange& exchange);
  Task<void> refuse(const Error& error);
  Task<void> lingerAndClose();

  std::shared_ptr<Stream> m_stream;
  std::string m_remoteAddress;
  const Handler& m_handler;
  const ServerLimits& m_limits;
  MessageReader m_reader;
  const class ServerExchange* m_current = nullptr;
  bool m_isStopping = false;
};

}  // namespace berth::http::detail

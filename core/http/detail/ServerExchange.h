// One request on a server's connection and the answer to it.
#pragma once

#include "core/http/Server.h"
#include "core/http/detail/MessageReader.h"

namespace berth::http::detail {

class ServerExchange final : public Exchange {
 public:
  enum class Answer {
    None,
    Complete,   // the whole answer went out
    Streaming,  // a body of unknown length is on its way
    Upgraded,   // the connection is no longer HTTP's
    Broken,     // the answer could not be sent
  };

  // All of it outlives the exchange.
  ServerExchange(std::shared_ptr<Stream> stream, MessageReader& reader, const Request& request,
                 const std::string& remoteAddress, const ServerLimits& limits);

  const Request& request() const override { return m_request; }
  std::string remoteAddress() const override { return m_remoteAddress; }
  Task<Result<void>> respond(Response response) override;
  Task<Result<std::unique_ptr<BodyWriter>>> respondStreaming(Response head) override;
  Task<Result<std::unique_ptr<WebSocket>>> acceptWebSocket(Headers extra) override;
  Task<Result<std::unique_ptr<Stream>>> upgrade(Response head, bool sendsHead) override;

  Answer answer() const noexcept { return m_answer; }
  // After a complete answer: may another request follow?
  bool isKeptAlive() const noexcept { return m_isKeptAlive && m_answer == Answer::Complete; }
  void setLastRequest() noexcept { m_isKeptAlive = false; }

 private:
  class ChunkedWriter;

  Result<void> begin(Answer answer);
  Task<Result<void>> write(ByteView data);
  Task<Result<void>> send(std::string text);
  void addConnectionFields(Response& response) const;

  std::shared_ptr<Stream> m_stream;
  MessageReader& m_reader;
  const Request& m_request;
  const std::string& m_remoteAddress;
  const ServerLimits& m_limits;
  bool m_isKeptAlive;
  Answer m_answer = Answer::None;
};

}  // namespace berth::http::detail

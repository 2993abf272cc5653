// Sends the lines of a LogQueue while there is a connection to the control plane, and keeps them while there is none.
#pragma once

#include "core/agent/life/LogQueue.h"
#include "core/base/Notifier.h"
#include "core/rpc/AgentClient.h"

namespace berth::agent {

class LogSender {
 public:
  LogSender(asio::any_io_executor executor, const Clock& clock);

  void add(const Uuid& source, LogLevel level, std::string text);
  void flush(const Uuid& source);
  bool isEmpty() const noexcept { return m_queue.isEmpty(); }

  // Until a call fails. "Limit exceeded" is not a failure: it ends logging for the life of this object.
  Task<Result<void>> run(rpc::AgentClient& client);

 private:
  const Clock& m_clock;
  LogQueue m_queue;
  asio::steady_timer m_timer;
};

}  // namespace berth::agent

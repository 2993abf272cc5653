#include "core/rpc/DrpcServer.h"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "core/base/Log.h"
#include "core/base/Notifier.h"

namespace berth::rpc {

namespace {

drpc::RemoteError toRemote(const Error& error) {
  if (error.code() == ErrorCode::Unsupported) return {.code = drpc::kErrorCodeUnimplemented, .text = error.message()};
  return {.code = 0, .text = error.message()};
}

// Counts the calls under way, so that serve() can wait for the last.
struct CallCounter {
  explicit CallCounter(const asio::any_io_executor& executor) : changed(executor) {}
  std::size_t count = 0;
  Notifier changed;
};

class Counted {
 public:
  explicit Counted(std::shared_ptr<CallCounter> counter) : m_counter(std::move(counter)) { ++m_counter->count; }
  ~Counted() {
    --m_counter->count;
    m_counter->changed.notify();
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::shared_ptr<CallCounter> m_counter;
};

}  // namespace

Task<void> DrpcServer::serve(YamuxSession& session) {
  // Whoever cancels this gets the session closed, but not this function back before its calls have ended: they use this
  // object and what its handlers were given.
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto calls = std::make_shared<CallCounter>(session.executor());
  while (auto stream = co_await session.accept()) {
    asio::co_spawn(
        session.executor(),
        [](const DrpcServer& server, std::shared_ptr<CallCounter> counter,
           std::unique_ptr<Stream> accepted) -> Task<void> {
          const Counted counted(counter);
          auto call = DrpcCall::serve(std::move(accepted));
          co_await server.serveStream(call);
        }(*this, calls, *std::move(stream)),
        asio::detached);
  }
  session.close();
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  while (calls->count > 0) co_await calls->changed.wait();
}

// Sequential calls on one stream are allowed, though Coder's clients never make a second.
Task<void> DrpcServer::serveStream(DrpcCall& call) const {
  while (true) {
    const auto invocation = co_await call.receiveInvoke();
    if (!invocation) co_return;
    const auto found = m_handlers.find(invocation->name);
    Result<void> answered;
    if (found == m_handlers.end()) {
      log::debug("rpc: {} is not served here", invocation->name);
      answered = co_await call.fail({.code = drpc::kErrorCodeUnimplemented, .text = "Unimplemented"});
    } else if (const auto handled = co_await found->second(call); !handled) {
      log::debug("rpc: {}: {}", invocation->name, handled.error().message());
      answered = co_await call.fail(toRemote(handled.error()));
    }
    if (!answered) co_return;
  }
}

}  // namespace berth::rpc

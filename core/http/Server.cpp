#include "core/http/Server.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <list>

#include "core/base/Log.h"
#include "core/base/Tcp.h"
#include "core/http/detail/Connection.h"

namespace berth::http {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAcceptRetry{100};
constexpr milliseconds kStopPoll{10};

Task<void> pause(milliseconds duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

struct LiveConnection {
  LiveConnection(std::shared_ptr<Stream> stream, std::string remoteAddress, const Handler& handler,
                 const ServerLimits& limits)
      : connection(std::move(stream), std::move(remoteAddress), handler, limits) {}

  detail::Connection connection;
  asio::cancellation_signal cancel;
};

// What connections use. They share it, so that a Server may go while the last of them unwinds.
struct State {
  Handler handler;
  ServerLimits limits;
  std::vector<std::shared_ptr<TcpListener>> listeners;
  std::list<std::shared_ptr<LiveConnection>> live;
  bool isStopping = false;
};

Task<void> runConnection(std::shared_ptr<LiveConnection> live) {
  // A cancelled wait is a Result like any other failure, never an exception.
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await live->connection.run();
}

void startConnection(const std::shared_ptr<State>& state, std::unique_ptr<TcpStream> stream) {
  const auto executor = stream->executor();
  auto address = stream->remoteAddress();
  auto live = std::make_shared<LiveConnection>(std::move(stream), std::move(address), state->handler, state->limits);
  state->live.push_back(live);
  auto& cancel = live->cancel;
  auto onEnd = [state, live, executor](const std::exception_ptr&) {
    std::erase(state->live, live);
    asio::post(executor, [live] {});  // Asio still clears the signal's slot after this
  };
  asio::co_spawn(executor, runConnection(std::move(live)),
                 asio::bind_cancellation_slot(cancel.slot(), std::move(onEnd)));
}

Task<void> acceptAll(std::shared_ptr<State> state, std::shared_ptr<TcpListener> listener) {
  while (!state->isStopping) {
    auto stream = co_await listener->acceptTcp();
    if (stream) {
      startConnection(state, std::move(*stream));
      continue;
    }
    if (state->isStopping || stream.error().code() == ErrorCode::Cancelled) co_return;
    log::warning("{}", stream.error().message());
    co_await pause(kAcceptRetry);  // out of descriptors, most likely
  }
}

// One more step of stopping: idle connections close, and so do those that hold on to theirs (websockets, streams).
// Plain answers under way may still finish, unless `isPatient` is false.
void closeConnections(State& state, bool isPatient) {
  const auto live = state.live;  // closing may end connections at once
  for (const auto& each : live) {
    each->connection.stopAccepting();
    if (isPatient && each->connection.isAnswering()) continue;
    each->connection.close();
    each->cancel.emit(asio::cancellation_type::terminal);
  }
}

class TcpServer final : public Server {
 public:
  TcpServer(asio::any_io_executor executor, ServerLimits limits) : m_executor(std::move(executor)) {
    m_state->limits = limits;
  }
  ~TcpServer() override {
    beginStop();
    closeConnections(*m_state, false);
  }

  Result<std::uint16_t> listen(const std::string& hostAndPort) override {
    TRY_ASSIGN(std::shared_ptr<TcpListener> listener, listenTcp(m_executor, hostAndPort));
    const auto port = listener->port();
    m_state->listeners.push_back(std::move(listener));
    return port;
  }

  void serve(Handler handler) override {
    m_state->handler = std::move(handler);
    for (const auto& listener : m_state->listeners)
      asio::co_spawn(m_executor, acceptAll(m_state, listener), asio::detached);
  }

  Task<void> stop(milliseconds patience) override {
    const auto state = m_state;
    beginStop();
    const auto start = std::chrono::steady_clock::now();
    while (!state->live.empty()) {
      const auto waited = std::chrono::steady_clock::now() - start;
      closeConnections(*state, waited < patience / 2);
      if (waited >= patience) {
        log::warning("stopping: {} connections did not end within {}", state->live.size(), patience);
        co_return;
      }
      co_await pause(kStopPoll);
    }
  }

 private:
  void beginStop() {
    m_state->isStopping = true;
    for (const auto& listener : m_state->listeners) listener->close();
  }

  asio::any_io_executor m_executor;
  std::shared_ptr<State> m_state = std::make_shared<State>();
};

}  // namespace

std::unique_ptr<Server> makeServer(asio::any_io_executor executor, ServerLimits limits) {
  return std::make_unique<TcpServer>(std::move(executor), limits);
}

Task<void> serveConnection(std::unique_ptr<Stream> stream, Handler handler, ServerLimits limits) {
  detail::Connection connection(std::shared_ptr<Stream>(std::move(stream)), "", handler, limits);
  co_await connection.run();
}

}  // namespace berth::http

#include "core/http/detail/Dial.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <format>

namespace berth::http::detail {

namespace {

constexpr std::size_t kMaxIdle = 8;
constexpr std::chrono::seconds kMaxIdleTime{60};  // less than the 120 s after which servers close

Task<bool> waitUntil(asio::any_io_executor executor, std::chrono::milliseconds duration) {
  asio::steady_timer timer(executor, duration);
  boost::system::error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_return !error;
}

}  // namespace

Dialer::Dialer(asio::any_io_executor executor, Url origin, ClientOptions options)
    : m_executor(std::move(executor)), m_origin(std::move(origin)), m_options(std::move(options)) {}

Task<Result<std::unique_ptr<ClientConnection>>> Dialer::take() {
  while (!m_idle.empty()) {
    auto connection = std::move(m_idle.back());
    m_idle.pop_back();
    const auto idle = std::chrono::steady_clock::now() - connection->idleSince;
    if (idle > kMaxIdleTime || connection->socket->isStale()) continue;
    connection->isReused = true;
    co_return connection;
  }
  co_return co_await connect();
}

void Dialer::giveBack(std::unique_ptr<ClientConnection> connection) {
  if (m_idle.size() >= kMaxIdle || connection->reader.hasInput()) return;
  connection->idleSince = std::chrono::steady_clock::now();
  m_idle.push_back(std::move(connection));
}

Task<Result<std::shared_ptr<TcpStream>>> Dialer::connectSocket() {
  using asio::experimental::awaitable_operators::operator||;
  auto outcome = co_await (connectTcp(m_origin.host, m_origin.port) || waitUntil(m_executor, m_options.connectTimeout));
  if (outcome.index() == 1)
    co_return fail(ErrorCode::Timeout,
                   std::format("connect to {}: no answer within {}", m_origin.hostHeader(), m_options.connectTimeout));
  auto& connected = std::get<0>(outcome);
  if (!connected) co_return fail(connected.error());
  co_return std::shared_ptr<TcpStream>(std::move(*connected));
}

Task<Result<std::unique_ptr<ClientConnection>>> Dialer::connect() {
  CO_TRY_ASSIGN(auto socket, co_await connectSocket());
  std::shared_ptr<Stream> stream = socket;
  if (m_origin.isTls()) {
    if (!m_tls) {
      CO_TRY_ASSIGN(m_tls, makeTlsContext({m_options.caFile, m_options.verifiesCertificate}));
    }
    Deadline deadline(stream);
    deadline.arm(m_options.connectTimeout);
    auto secured = co_await connectTls(m_tls, stream, m_origin.host);
    if (deadline.isMissed())
      co_return fail(ErrorCode::Timeout,
                     std::format("TLS with {}: no answer within {}", m_origin.hostHeader(), m_options.connectTimeout));
    if (!secured) co_return fail(secured.error());
    stream = std::move(*secured);
  }
  auto connection = std::make_unique<ClientConnection>(std::move(stream));
  connection->socket = std::move(socket);
  co_return connection;
}

}  // namespace berth::http::detail

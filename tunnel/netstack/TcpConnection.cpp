#include "tunnel/netstack/TcpConnection.h"

#include "tunnel/netstack/Lwip.h"

namespace berth::tunnel::netstack {

namespace {

constexpr std::size_t kLeastWindow = 64U << 10;  // once there are very many
constexpr std::size_t kInitialWindow = 256U << 10;
constexpr std::chrono::milliseconds kFastDrain{500};  // a window that is read within this may grow
// lwIP walks over unsent segments at each write, so little is queued ahead of the congestion window.
constexpr std::size_t kMaxUnsent = 256U << 10;
constexpr std::size_t kMaxWrite = 48U * TCP_MSS;  // tcp_write() counts in 16 bits
constexpr std::size_t kMaxRecved = 0xffff;        // so does tcp_recved()

Error errorOf(err_t code) {
  if (code == ERR_RST) return {ErrorCode::ConnectionLost, "connection reset by peer"};
  return {ErrorCode::ConnectionLost, "connection timed out or its tunnel ended"};
}

}  // namespace

// What lwIP calls. Nothing here calls back into user code: coroutines are resumed through the executor.
struct TcpConnection::Callbacks {
  static err_t received(void* arg, tcp_pcb* pcb, pbuf* packet, err_t) {
    auto* self = static_cast<TcpConnection*>(arg);
    if (packet != nullptr) {
      self->m_received.push_back(packet);
    } else {
      self->m_isReadEnded = true;
      // Both directions are over: lwIP frees the pcb without telling (TIME_WAIT).
      if (self->m_isWriteClosed) self->detach();
    }
    (void)pcb;
    self->m_readable.notify();
    return ERR_OK;
  }

  static err_t sent(void* arg, tcp_pcb* pcb, u16_t) {
    auto* self = static_cast<TcpConnection*>(arg);
    if (pcb->snd_lbb - pcb->snd_nxt <= kMaxUnsent / 2) self->m_writable.notify();
    return ERR_OK;
  }

  // The pcb is already gone.
  static void failed(void* arg, err_t code) {
    auto* self = static_cast<TcpConnection*>(arg);
    self->m_pcb = nullptr;
    if (code == ERR_CLSD)
      self->m_isReadEnded = true;
    else
      self->m_error = errorOf(code);
    self->m_readable.notify();
    self->m_writable.notify();
  }
};

TcpConnection::TcpConnection(std::shared_ptr<Stack> stack, const asio::any_io_executor& executor, tcp_pcb* pcb)
    : m_stack(std::move(stack)), m_pcb(pcb), m_readable(executor), m_writable(executor) {
  m_initialWindow = m_stack->initialWindows.take(kInitialWindow - kLeastWindow) ? kInitialWindow : kLeastWindow;
  m_window = m_initialWindow;
  tcp_arg(pcb, this);
  tcp_recv(pcb, &Callbacks::received);
  tcp_sent(pcb, &Callbacks::sent);
  tcp_err(pcb, &Callbacks::failed);
  tcp_nagle_disable(pcb);
}

TcpConnection::~TcpConnection() {
  close();
  m_stack->initialWindows.giveBack(m_initialWindow - kLeastWindow);
  m_stack->grownWindows.giveBack(m_window - m_initialWindow);
}

void TcpConnection::onEstablished() {
  m_isEstablished = true;
  // lwIP would open its whole window at once. Until now not more than 64 KiB were announced, so nothing is taken back.
  if ((m_pcb->flags & TF_WND_SCALE) != 0) m_pcb->rcv_wnd = m_pcb->rcv_ann_wnd = static_cast<tcpwnd_size_t>(m_window);
  m_writable.notify();
}

Task<Result<void>> TcpConnection::waitUntilConnected() {
  const auto self = shared_from_this();
  while (!m_isEstablished && m_pcb != nullptr)
    if (!co_await m_writable.wait()) co_return fail(ErrorCode::Cancelled, "connect");
  if (m_isEstablished) co_return Result<void>();
  if (m_isClosed) co_return fail(ErrorCode::Cancelled, "connect");
  if (m_error && m_error->message().contains("reset")) co_return fail(ErrorCode::Unavailable, "connection refused");
  co_return fail(ErrorCode::Timeout, "no answer");
}

Task<Result<std::size_t>> TcpConnection::read(ByteSpan buffer) {
  const auto self = shared_from_this();
  if (buffer.empty()) co_return 0;
  while (m_received.empty()) {
    if (m_isClosed) co_return fail(ErrorCode::Cancelled, "read from closed connection");
    if (m_isReadEnded) co_return fail(ErrorCode::EndOfStream, "end of stream");
    if (m_pcb == nullptr) co_return fail(*m_error);
    if (!co_await m_readable.wait()) co_return fail(ErrorCode::Cancelled, "read from connection");
  }
  const std::size_t taken = takeReceived(buffer);
  if (m_pcb != nullptr) openWindow(taken);
  co_return taken;
}

std::size_t TcpConnection::takeReceived(ByteSpan buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size() && !m_received.empty()) {
    pbuf* const packet = m_received.front();
    const std::size_t count = std::min(buffer.size() - filled, packet->tot_len - m_frontTaken);
    pbuf_copy_partial(packet, buffer.data() + filled, static_cast<u16_t>(count), static_cast<u16_t>(m_frontTaken));
    filled += count;
    m_frontTaken += count;
    if (m_frontTaken == packet->tot_len) {
      pbuf_free(packet);
      m_received.pop_front();
      m_frontTaken = 0;
    }
  }
  return filled;
}

// Gives the peer back the window that was read, and more when the reader keeps up with what it has.
void TcpConnection::openWindow(std::size_t taken) {
  m_stack->wake();
  m_readSinceGrowth += taken;
  if (m_readSinceGrowth >= m_window) {
    const TimePoint now = m_stack->now();
    const bool isFast = now - m_grownAt < kFastDrain;
    m_grownAt = now;
    m_readSinceGrowth = 0;
    if (isFast && m_window < TCP_WND && (m_pcb->flags & TF_WND_SCALE) != 0 && m_stack->grownWindows.take(m_window)) {
      m_pcb->rcv_wnd += static_cast<tcpwnd_size_t>(m_window);
      m_window *= 2;
    }
  }
  for (; taken > 0 && m_pcb != nullptr; taken -= std::min(taken, kMaxRecved))
    tcp_recved(m_pcb, static_cast<u16_t>(std::min(taken, kMaxRecved)));
}

std::size_t TcpConnection::writeRoom() const {
  const std::size_t unsent = m_pcb->snd_lbb - m_pcb->snd_nxt;
  if (unsent >= kMaxUnsent) return 0;
  return std::min<std::size_t>(tcp_sndbuf(m_pcb), kMaxUnsent - unsent);
}

Task<Result<void>> TcpConnection::write(ByteView data) {
  const auto self = shared_from_this();
  while (!data.empty()) {
    if (m_isClosed) co_return fail(ErrorCode::Cancelled, "write to closed connection");
    if (m_isWriteClosed) co_return fail(ErrorCode::ConnectionLost, "write after the end");
    if (m_pcb == nullptr)
      co_return fail(m_error.value_or(Error(ErrorCode::ConnectionLost, "write to ended connection")));
    m_stack->wake();
    const std::size_t taken = queue(data);
    data = data.subspan(taken);
    // Sending may have made room at once, otherwise acknowledgements do.
    if (taken == 0 && !co_await m_writable.wait()) co_return fail(ErrorCode::Cancelled, "write to connection");
  }
  co_return Result<void>();
}

std::size_t TcpConnection::queue(ByteView data) {
  std::size_t taken = 0;
  for (std::size_t room = std::min(writeRoom(), data.size()); taken < room;) {
    const std::size_t count = std::min(room - taken, kMaxWrite);
    if (tcp_write(m_pcb, data.data() + taken, static_cast<u16_t>(count), TCP_WRITE_FLAG_COPY) != ERR_OK) break;
    taken += count;
  }
  tcp_output(m_pcb);
  return taken;
}

Result<void> TcpConnection::closeWrite() {
  if (m_isWriteClosed) return {};
  if (m_pcb == nullptr) return fail(m_error.value_or(Error(ErrorCode::ConnectionLost, "connection has ended")));
  m_isWriteClosed = true;
  m_stack->wake();
  tcp_shutdown(m_pcb, 0, 1);
  if (m_isReadEnded) detach();
  return {};
}

void TcpConnection::close() noexcept {
  if (m_isClosed) return;
  m_isClosed = true;
  if (m_pcb != nullptr) {
    m_stack->wake();
    tcp_pcb* const pcb = m_pcb;
    // lwIP takes a window that is not wide open for data that was not read, and resets the connection.
    const bool wasAllRead = m_received.empty();
    if (wasAllRead) pcb->rcv_wnd = TCP_WND_MAX(pcb);
    detach();
    if (wasAllRead)
      tcp_close(pcb);
    else
      tcp_abort(pcb);
  }
  dropReceived();
  m_readable.notify();
  m_writable.notify();
}

void TcpConnection::setKeepalive(std::chrono::milliseconds idle) {
  if (m_pcb == nullptr) return;
  ip_set_option(m_pcb, SOF_KEEPALIVE);
  m_pcb->keep_idle = static_cast<u32_t>(idle.count());
}

void TcpConnection::detach() noexcept {
  tcp_arg(m_pcb, nullptr);
  tcp_recv(m_pcb, nullptr);
  tcp_sent(m_pcb, nullptr);
  tcp_err(m_pcb, nullptr);
  m_pcb = nullptr;
}

void TcpConnection::dropReceived() noexcept {
  for (pbuf* packet : m_received) pbuf_free(packet);
  m_received.clear();
}

namespace {

class TcpStream final : public Stream {
 public:
  TcpStream(std::shared_ptr<TcpConnection> connection, asio::any_io_executor executor)
      : m_connection(std::move(connection)), m_executor(std::move(executor)) {}
  ~TcpStream() override { close(); }

  Task<Result<std::size_t>> readSome(ByteSpan buffer) override { return m_connection->read(buffer); }
  Task<Result<void>> write(ByteView data) override { return m_connection->write(data); }
  Task<Result<void>> closeWrite() override { co_return m_connection->closeWrite(); }
  void close() noexcept override { m_connection->close(); }
  asio::any_io_executor executor() override { return m_executor; }

 private:
  std::shared_ptr<TcpConnection> m_connection;
  asio::any_io_executor m_executor;
};

}  // namespace

std::unique_ptr<Stream> makeTcpStream(std::shared_ptr<TcpConnection> connection, asio::any_io_executor executor) {
  return std::make_unique<TcpStream>(std::move(connection), std::move(executor));
}

}  // namespace berth::tunnel::netstack

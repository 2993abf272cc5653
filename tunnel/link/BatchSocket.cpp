#include "tunnel/link/BatchSocket.h"

#include <netinet/udp.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstring>

#include "tunnel/link/SocketAddress.h"

namespace berth::tunnel::link {

namespace {

constexpr std::size_t kReceiveBuffers = 4;
constexpr std::size_t kReceiveBufferSize = 64U << 10;  // what UDP_GRO may gather
constexpr int kReceiveRounds = 4;                      // until others get their turn
constexpr int kKernelBuffer = 7 << 20;                 // reference/tailnet.md 6.5

class Descriptor {
 public:
  explicit Descriptor(int number) : m_number(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (m_number >= 0) ::close(m_number);
  }
  int get() const noexcept { return m_number; }
  int release() noexcept { return std::exchange(m_number, -1); }

 private:
  int m_number;
};

bool setOption(int socket, int level, int name, int value) {
  return ::setsockopt(socket, level, name, &value, sizeof(value)) == 0;
}

// The forced forms go past the system's limit, and want privilege.
void enlargeBuffers(int socket) {
  if (!setOption(socket, SOL_SOCKET, SO_RCVBUFFORCE, kKernelBuffer))
    setOption(socket, SOL_SOCKET, SO_RCVBUF, kKernelBuffer);
  if (!setOption(socket, SOL_SOCKET, SO_SNDBUFFORCE, kKernelBuffer))
    setOption(socket, SOL_SOCKET, SO_SNDBUF, kKernelBuffer);
}

bool bindTo(int socket, Family family, std::uint16_t port) {
  SocketAddress any({family == Family::V4 ? wire::mappedV4({}) : Ipv6{}, port});
  return ::bind(socket, any.data(), any.size()) == 0;
}

Result<int> openSocket(Family family, std::uint16_t port) {
  const bool isV4 = family == Family::V4;
  Descriptor socket(::socket(isV4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const char* const what = isV4 ? "open IPv4 UDP socket" : "open IPv6 UDP socket";
  if (socket.get() < 0) return fail(ErrorCode::Unavailable, errnoError(errno, what).message());
  if (isV4) {
    setOption(socket.get(), IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
  } else {
    setOption(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
    setOption(socket.get(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO);
  }
  enlargeBuffers(socket.get());
  if (!bindTo(socket.get(), family, port) && !bindTo(socket.get(), family, 0))
    return fail(ErrorCode::Unavailable, errnoError(errno, what).message());
  return socket.release();
}

std::uint16_t portOf(int socket) {
  SocketAddress local;
  socklen_t size = SocketAddress::kCapacity;
  return ::getsockname(socket, local.data(), &size) == 0 ? local.endpoint().port : 0;
}

union ControlSpace {
  cmsghdr align;
  std::array<char, CMSG_SPACE(sizeof(int))> bytes;
};

// The size of the datagrams that UDP_GRO put together, or nothing for a single one.
std::optional<std::size_t> segmentSizeOf(msghdr& message) {
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr; control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level != SOL_UDP || control->cmsg_type != UDP_GRO) continue;
    int size = 0;
    std::memcpy(&size, CMSG_DATA(control), sizeof(size));
    if (size > 0) return static_cast<std::size_t>(size);
  }
  return std::nullopt;
}

bool meansFull(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

class BatchSocket::Impl : public std::enable_shared_from_this<BatchSocket::Impl> {
 public:
  Impl(const asio::any_io_executor& executor, int socket, BatchSocketUser& user, Offload offload)
      : m_socket(executor, socket),
        m_user(&user),
        m_port(portOf(socket)),
        m_segments(offload == Offload::WherePossible),
        m_buffer(std::make_unique_for_overwrite<std::byte[]>(kReceiveBuffers * kReceiveBufferSize)) {
    if (m_segments) setOption(socket, IPPROTO_UDP, UDP_GRO, 1);
  }

  std::uint16_t port() const noexcept { return m_port; }
  std::size_t send(const wire::Endpoint& to, ByteView datagrams, std::size_t segmentSize);
  void waitForDatagrams();
  void close() noexcept {
    m_user = nullptr;
    boost::system::error_code ignored;
    m_socket.close(ignored);
  }

 private:
  // Bytes taken; nothing when the device cannot segment.
  std::optional<std::size_t> sendSegmented(SocketAddress& to, ByteView datagrams, std::size_t segmentSize);
  std::size_t sendSingly(SocketAddress& to, ByteView datagrams, std::size_t segmentSize);
  void waitForRoom();
  std::size_t receive();
  void deliver(const wire::Endpoint& source, ByteSpan received, std::size_t segmentSize);

  asio::posix::stream_descriptor m_socket;
  BatchSocketUser* m_user;  // null once closed
  const std::uint16_t m_port;
  bool m_segments;
  bool m_isWaitingForRoom = false;
  std::unique_ptr<std::byte[]> m_buffer;
};

std::size_t BatchSocket::Impl::send(const wire::Endpoint& to, ByteView datagrams, std::size_t segmentSize) {
  if (m_user == nullptr || datagrams.empty()) return datagrams.size();
  SocketAddress address(to);
  std::optional<std::size_t> taken;
  if (m_segments && datagrams.size() > segmentSize) taken = sendSegmented(address, datagrams, segmentSize);
  if (!taken) taken = sendSingly(address, datagrams, segmentSize);
  if (*taken < datagrams.size()) waitForRoom();
  return *taken;
}

std::optional<std::size_t> BatchSocket::Impl::sendSegmented(SocketAddress& to, ByteView datagrams,
                                                            std::size_t segmentSize) {
  iovec data{const_cast<std::byte*>(datagrams.data()), datagrams.size()};
  ControlSpace space{};
  msghdr message{};
  message.msg_name = to.data();
  message.msg_namelen = to.size();
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = space.bytes.data();
  message.msg_controllen = CMSG_SPACE(sizeof(std::uint16_t));
  cmsghdr* const control = CMSG_FIRSTHDR(&message);
  control->cmsg_level = SOL_UDP;
  control->cmsg_type = UDP_SEGMENT;
  control->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
  const auto size = static_cast<std::uint16_t>(segmentSize);
  std::memcpy(CMSG_DATA(control), &size, sizeof(size));
  if (::sendmsg(m_socket.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return datagrams.size();
  if (meansFull(errno)) return 0;
  if (errno != EIO && errno != EINVAL) return datagrams.size();
  m_segments = false;  // for good: the route's device, or one before it, cannot
  return std::nullopt;
}

std::size_t BatchSocket::Impl::sendSingly(SocketAddress& to, ByteView datagrams, std::size_t segmentSize) {
  std::array<iovec, kMaxBatchSegments> parts;
  std::array<mmsghdr, kMaxBatchSegments> messages{};
  std::size_t count = 0;
  for (std::size_t at = 0; at < datagrams.size() && count < kMaxBatchSegments; at += segmentSize, ++count) {
    const ByteView part = datagrams.subspan(at, std::min(segmentSize, datagrams.size() - at));
    parts[count] = {const_cast<std::byte*>(part.data()), part.size()};
    messages[count].msg_hdr = {to.data(), to.size(), &parts[count], 1, nullptr, 0, 0};
  }
  std::size_t done = 0;
  while (done < count) {
    const int sent = ::sendmmsg(m_socket.native_handle(), messages.data() + done, static_cast<unsigned>(count - done),
                                MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && meansFull(errno)) break;
    if (sent < 0 && errno == EINTR) continue;
    done += sent < 0 ? 1 : static_cast<std::size_t>(sent);  // one that the network refuses is lost
  }
  return std::min(done * segmentSize, datagrams.size());
}

void BatchSocket::Impl::waitForRoom() {
  if (std::exchange(m_isWaitingForRoom, true)) return;
  m_socket.async_wait(asio::posix::stream_descriptor::wait_write,
                      [self = shared_from_this()](const boost::system::error_code& error) {
                        self->m_isWaitingForRoom = false;
                        if (!error && self->m_user != nullptr) self->m_user->onRoom();
                      });
}

void BatchSocket::Impl::waitForDatagrams() {
  m_socket.async_wait(asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& error) {
                        if (error || self->m_user == nullptr) return;
                        int rounds = 0;
                        while (self->receive() == kReceiveBuffers && ++rounds < kReceiveRounds) {
                        }
                        if (self->m_user != nullptr) self->m_user->onDatagramsEnd();
                        if (self->m_user != nullptr) self->waitForDatagrams();
                      });
}

// How many buffers were filled.
std::size_t BatchSocket::Impl::receive() {
  if (m_user == nullptr) return 0;
  std::array<SocketAddress, kReceiveBuffers> sources;
  std::array<iovec, kReceiveBuffers> parts;
  std::array<ControlSpace, kReceiveBuffers> controls;
  std::array<mmsghdr, kReceiveBuffers> messages{};
  for (std::size_t i = 0; i < kReceiveBuffers; ++i) {
    parts[i] = {m_buffer.get() + i * kReceiveBufferSize, kReceiveBufferSize};
    messages[i].msg_hdr = {sources[i].data(), SocketAddress::kCapacity, &parts[i], 1,
                           &controls[i],      sizeof(ControlSpace),     0};
  }
  const int count = ::recvmmsg(m_socket.native_handle(), messages.data(), kReceiveBuffers, MSG_DONTWAIT, nullptr);
  for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
    const ByteSpan received(static_cast<std::byte*>(parts[i].iov_base), messages[i].msg_len);
    if ((messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0) continue;
    deliver(sources[i].endpoint(), received, segmentSizeOf(messages[i].msg_hdr).value_or(received.size()));
  }
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

void BatchSocket::Impl::deliver(const wire::Endpoint& source, ByteSpan received, std::size_t segmentSize) {
  while (!received.empty() && m_user != nullptr) {
    const std::size_t size = std::min(segmentSize, received.size());
    m_user->onDatagram(source, received.first(size));
    received = received.subspan(size);
  }
}

Result<std::unique_ptr<BatchSocket>> BatchSocket::open(const asio::any_io_executor& executor, Family family,
                                                       std::uint16_t port, BatchSocketUser& user, Offload offload) {
  TRY_ASSIGN(const int socket, openSocket(family, port));
  auto impl = std::make_shared<Impl>(executor, socket, user, offload);
  impl->waitForDatagrams();
  return std::unique_ptr<BatchSocket>(new BatchSocket(std::move(impl)));
}

BatchSocket::~BatchSocket() { close(); }
std::uint16_t BatchSocket::port() const noexcept { return m_impl->port(); }
std::size_t BatchSocket::send(const wire::Endpoint& to, ByteView datagrams, std::size_t segmentSize) {
  return m_impl->send(to, datagrams, segmentSize);
}
void BatchSocket::close() noexcept { m_impl->close(); }

}  // namespace berth::tunnel::link

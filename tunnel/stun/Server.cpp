#include "tunnel/stun/Server.h"

#include "tunnel/stun/Message.h"

namespace berth::tunnel::stun {

Result<std::unique_ptr<Server>> Server::start(const asio::any_io_executor& executor, const wire::Endpoint& local) {
  std::unique_ptr<Server> server(new Server());
  TRY_ASSIGN(
      server->m_socket,
      link::UdpSocket::open(executor, local, [self = server.get()](const wire::Endpoint& source, ByteView packet) {
        const auto id = parseRequest(packet);
        if (id) self->m_socket->send(source, makeResponse(*id, source));
      }));
  return server;
}

}  // namespace berth::tunnel::stun

#include "tunnel/link/Resolve.h"

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tunnel/link/SocketAddress.h"

namespace berth::tunnel::link {

using asio::ip::udp;

Task<Result<std::vector<wire::Endpoint>>> resolve(std::string host, std::uint16_t port) {
  boost::system::error_code error;
  if (const auto literal = asio::ip::make_address(host, error); !error) {
    const udp::endpoint endpoint(literal, port);
    co_return std::vector{endpointOf(*endpoint.data())};
  }
  udp::resolver resolver(co_await asio::this_coro::executor);
  const auto found =
      co_await resolver.async_resolve(host, std::to_string(port), asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return fail(ErrorCode::Unavailable, "look up " + host + ": " + error.message());
  std::vector<wire::Endpoint> endpoints;
  for (const auto& entry : found) endpoints.push_back(endpointOf(*entry.endpoint().data()));
  co_return endpoints;
}

}  // namespace berth::tunnel::link

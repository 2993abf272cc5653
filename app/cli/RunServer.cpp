#include "app/cli/RunServer.h"

#include <malloc.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>

#include "core/base/Log.h"
#include "core/base/Version.h"
#include "core/server/ControlPlane.h"
#include "tunnel/derp/Relay.h"
#include "tunnel/dialer/ServerTunnel.h"
#include "tunnel/stun/Server.h"

namespace berth::cli {

namespace {

constexpr int kExitBySignal = 130;
constexpr const char* kAgentName = "berth-agent";

// The relay with what it borrows.
struct Relay {
  Relay(asio::any_io_executor executor, const tunnel::wire::KeyBytes& key)
      : relay(std::move(executor), tunnel::wire::RelayPrivate::fromBytes(key), rng, clock) {}

  SystemRng rng;
  SystemClock clock;
  tunnel::derp::Relay relay;
};

server::RelayService makeRelay(asio::any_io_executor executor, const Bytes& privateKey) {
  tunnel::wire::KeyBytes key{};
  std::copy_n(privateKey.begin(), std::min(privateKey.size(), key.size()), key.begin());
  const auto relay = std::make_shared<Relay>(std::move(executor), key);
  wipe(key.data(), key.size());
  return {[relay](http::Exchange& exchange) { return relay->relay.serveUpgrade(exchange); },
          [relay] { relay->relay.stop(); }};
}

// The server's own tunnel with what it borrows.
struct Dialer final : AgentDialer {
  explicit Dialer(server::DialerParts parts)
      : tunnel(parts.executor, clock, rng, {std::move(parts.self), std::move(parts.coordinate)}) {}
  Task<Result<std::unique_ptr<Stream>>> dial(AgentId agent, std::uint16_t port) override {
    return tunnel.dial(agent, port);
  }

  SystemRng rng;
  SystemClock clock;
  tunnel::dialer::ServerTunnel tunnel;
};

server::DialerService makeDialer(server::DialerParts parts) {
  const auto dialer = std::make_shared<Dialer>(std::move(parts));
  return {dialer, [dialer] { dialer->tunnel.stop(); }};
}

struct StunServers final : server::StunService {
  std::vector<std::unique_ptr<tunnel::stun::Server>> servers;  // by address family
};

// ":3000" and "localhost:3000" as HTTP takes them.
std::vector<std::string> udpAddresses(const std::string& httpAddress) {
  const auto colon = httpAddress.rfind(':');
  const std::string port = httpAddress.substr(colon);
  if (colon == 0 || httpAddress.starts_with("[::]")) return {"0.0.0.0" + port, "[::]" + port};
  if (httpAddress.substr(0, colon) == "localhost") return {"127.0.0.1" + port, "[::1]" + port};
  return {httpAddress};
}

Result<std::unique_ptr<server::StunService>> answerStun(asio::any_io_executor executor, std::string address) {
  auto service = std::make_unique<StunServers>();
  std::string why = std::format("{} is not a numeric address", address);
  for (const std::string& each : udpAddresses(address)) {
    const auto local = tunnel::wire::Endpoint::parse(each);
    if (!local) continue;
    auto started = tunnel::stun::Server::start(executor, *local);
    if (started)
      service->servers.push_back(*std::move(started));
    else
      why = started.error().message();
  }
  if (service->servers.empty()) return fail(ErrorCode::Unavailable, why);
  return service;
}

std::filesystem::path besideThisProgram(const char* name) {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / name;
}

server::ControlPlaneOptions optionsFor(const ServerSettings& settings) {
  server::ControlPlaneOptions options;
  options.directory = settings.directory;
  options.httpAddress = settings.httpAddress;
  options.accessUrl = settings.accessUrl;
  options.agentBinary = settings.agentBinary.empty() ? besideThisProgram(kAgentName) : settings.agentBinary;
  options.binaryDirectory = options.agentBinary.parent_path();
  options.tool = provision::defaultToolSettings();
  if (!settings.cacheDirectory.empty()) options.tool.cacheDirectory = settings.cacheDirectory;
  options.workers = static_cast<int>(settings.workers);
  options.limitsRates = !settings.disablesRateLimits;
  options.tunnelPolicy = {settings.blocksDirectPaths, settings.forcesRelayWebSockets};
  options.relay = makeRelay;
  options.stun = answerStun;
  options.dialer = makeDialer;
  return options;
}

Task<void> endAtOnceOnSecondSignal(asio::signal_set& signals) {
  const auto [error, number] = co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!error) ::_exit(kExitBySignal);
}

}  // namespace

Task<Result<int>> runServer(asio::io_context& io, ServerSettings settings) {
  asio::signal_set signals(io, SIGINT, SIGTERM);
  CO_TRY_ASSIGN(auto plane, server::ControlPlane::open(io.get_executor(), optionsFor(settings)));
  plane->start();
  std::printf("Berth %s serves %s\nStop it with Ctrl-C. Everything it keeps is in %s\n", kBerthVersion.data(),
              plane->accessUrl().c_str(), settings.directory.c_str());
  std::fflush(stdout);
  // What start-up needed only once goes back to the system.
  ::malloc_trim(0);

  const auto [error, number] = co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
  if (error) co_return fail(ErrorCode::Internal, std::format("wait for signals: {}", error.message()));
  log::info("stopping on signal {}", number);
  asio::co_spawn(io, endAtOnceOnSecondSignal(signals), asio::detached);
  const auto startedAt = std::chrono::steady_clock::now();
  co_await plane->stop();
  signals.cancel();
  log::info("stopped after {}",
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - startedAt));
  co_return 0;
}

}  // namespace berth::cli

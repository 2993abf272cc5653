// The whole server in one object: store, worker, coordinator, agents' sessions, routes and HTTP, put together and taken
// apart in the right order.
//
// Everything runs on one executor with one thread; the store has its own.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/Secret.h"
#include "core/base/Stream.h"
#include "core/base/Task.h"
#include "core/http/Server.h"
#include "core/provision/Tool.h"
#include "core/server/DerpMap.h"

namespace berth::server {

// The DERP relay, which core only knows by what it does.
struct RelayService {
  std::function<Task<void>(http::Exchange&)> serve;  // GET /derp
  std::function<void()> stop;                        // ends its connections; may be called twice
};
// Made with the relay's private key: 32 bytes that are kept over restarts.
using RelayFactory = std::function<RelayService(asio::any_io_executor, Bytes privateKey)>;

// Answers STUN over UDP at an address in the form of `httpAddress`, until the service is destroyed.
struct StunService {
  virtual ~StunService() = default;
};
using StunFactory = std::function<Result<std::unique_ptr<StunService>>(asio::any_io_executor, std::string address)>;

// A tunnel of the server's own to its agents, and what it is made of.
struct DialerService {
  std::shared_ptr<AgentDialer> dialer;
  std::function<void()> stop;  // ends its connections; may be called twice
};
struct DialerParts {
  asio::any_io_executor executor;
  http::Url self;  // where the server answers itself
  // A new session with the coordinator, of a peer that may reach every agent; yamux's client end. Null when it stops.
  std::function<std::unique_ptr<Stream>()> coordinate;
};
using DialerFactory = std::function<DialerService(DialerParts)>;

struct ControlPlaneOptions {
  std::filesystem::path directory;  // everything that the server keeps is below it
  std::string httpAddress = "127.0.0.1:3000";
  std::string accessUrl;                  // empty: the first address
  bool listensOnDockerBridge = true;      // besides a loopback address, so that containers reach the server
  std::filesystem::path agentBinary;      // handed out at /bin/ as this machine's
  std::filesystem::path binaryDirectory;  // more of them, by the names that clients ask for
  provision::ToolSettings tool;
  int workers = 3;
  bool limitsRates = true;
  TunnelPolicy tunnelPolicy = {};
  // Each may be empty.
  RelayFactory relay;
  StunFactory stun;
  DialerFactory dialer;
};

class ControlPlane {
 public:
  // Takes the directory, opens the store and listens. Every failure says what to do about it.
  static Result<std::unique_ptr<ControlPlane>> open(asio::any_io_executor executor, ControlPlaneOptions options);
  ~ControlPlane();

  // Answers requests and takes jobs from here on.
  void start();

  // In this order, under a second whatever is connected: no new jobs; watches, agents, tunnels and relays let go; HTTP;
  // jobs; the store. May be called twice.
  Task<void> stop();

  std::uint16_t port() const;
  std::string accessUrl() const;

 private:
  struct Parts;
  explicit ControlPlane(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> m_parts;
};

}  // namespace berth::server

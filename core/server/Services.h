// What handlers work with. The composition (ControlPlane) owns all of it and outlives every call.
#pragma once

#include <functional>
#include <string>

#include "core/base/Clock.h"
#include "core/base/Ids.h"
#include "core/base/Stream.h"
#include "core/http/Message.h"
#include "core/http/Server.h"
#include "core/server/DerpMap.h"
#include "core/server/Events.h"

namespace berth::store {
class Store;
}
namespace berth::provision {
class Worker;
}

namespace berth::server {

class AgentBinaries;
class AgentRpc;
class Coordinator;
struct Credentials;

// Constant after start.
struct Deployment {
  http::Url accessUrl;
  int stunPort = kNoStun;
  TunnelPolicy tunnelPolicy;
  Uuid id;
  OrganizationId defaultOrganization;  // nil until the store has been opened

  RelayAddress relay() const { return {accessUrl, stunPort, tunnelPolicy}; }
};

struct Services {
  store::Store& store;
  Events& events;
  const Clock& clock;
  const Deployment& deployment;

  // The rest may be absent in tests; routes that need an absent one answer 503 or as stock does without the feature.
  provision::Worker* worker = nullptr;
  Credentials* credentials = nullptr;  // signing in
  Coordinator* coordinator = nullptr;
  AgentRpc* agentRpc = nullptr;
  AgentBinaries* binaries = nullptr;
  AgentDialer* dialer = nullptr;
  std::function<Task<void>(http::Exchange&)> serveRelay;  // GET /derp
};

}  // namespace berth::server

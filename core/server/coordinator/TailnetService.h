// The Tailnet service on one session (reference/tailnet.md 4.8). Private to the coordinator.
#pragma once

#include "core/base/Clock.h"
#include "core/rpc/DrpcServer.h"
#include "core/server/coordinator/PeerAuth.h"
#include "core/server/coordinator/PeerTable.h"
#include "core/server/coordinator/ResumeTokens.h"

namespace berth::server {

// What the services of all sessions share; outlives them.
struct TailnetState {
  explicit TailnetState(const Clock& wallClock, const Secret& resumeKey) : clock(wallClock), tokens(resumeKey) {}

  const Clock& clock;
  ResumeTokens tokens;
  PeerTable peers;
  rpc::tailnetpb::DERPMap derpMap;
};

// Coordinate, StreamDERPMaps and PostTelemetry: what every kind of session has.
void addPeerService(rpc::DrpcServer& server, TailnetState& state, Uuid peer, PeerAuth auth);

// RefreshResumeToken: clients only.
void addResumeService(rpc::DrpcServer& server, TailnetState& state, PeerId peer);

}  // namespace berth::server

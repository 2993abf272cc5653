// The relays of a deployment (reference/tailnet.md 4.2, 4.8), free of any encoding: connection info brings it as JSON,
// the control stream as protobuf.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace berth::tunnel::wire {

struct DerpNode {
  std::string name;
  int regionId = 0;
  std::string hostName;
  std::string certName;
  std::string ipv4;  // "none" disables
  std::string ipv6;
  int stunPort = 0;  // 0 is 3478, -1 is none
  bool isStunOnly = false;
  int derpPort = 0;  // 0 is 443
  bool isInsecureForTests = false;
  bool forcesHttp = false;
  std::string stunTestIp;
  bool canPort80 = false;

  // The base URL of the relay without "/derp" (reference/tailnet.md 5.1): "https://host:port".
  std::string url() const;
  bool operator==(const DerpNode&) const = default;
};

struct DerpRegion {
  int id = 0;
  std::string code;
  std::string name;
  bool isEmbeddedRelay = false;
  bool avoid = false;
  std::vector<DerpNode> nodes;

  // The first node that relays; null in a STUN-only region.
  const DerpNode* relayNode() const;
  bool operator==(const DerpRegion&) const = default;
};

struct DerpMap {
  std::map<int, DerpRegion> regions;
  std::map<int, double> regionScore;

  const DerpRegion* findRegion(int id) const;

  // What a client does with every relaying node of an embedded region: its host, port and scheme are those of the URL
  // by which the client reaches the server.
  void pointEmbeddedRelaysAt(const std::string& scheme, const std::string& host, int port);
  bool operator==(const DerpMap&) const = default;
};

}  // namespace berth::tunnel::wire

// A manifest as a server may send it to an agent.
#include "core/agent/life/ManifestCodec.h"

using namespace berth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  [[maybe_unused]] static const auto silent = google::protobuf::SetLogHandler(nullptr);
  rpc::agentpb::Manifest manifest;
  if (manifest.ParseFromArray(data, static_cast<int>(size))) (void)agent::fromWire(manifest);
  return 0;
}

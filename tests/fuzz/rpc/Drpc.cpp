// The input is a byte stream of packets. What parses must come out of the writer and parse again.
#include <cstdlib>

#include "core/rpc/DrpcCall.h"
#include "core/rpc/Proto.h"

using namespace berth;
using namespace berth::rpc;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void checkPacket(const drpc::Packet& packet) {
  std::string bytes;
  drpc::appendPacket(bytes, packet.streamId, packet.messageId, packet.kind, packet.body);
  drpc::PacketReader reader;
  reader.feed(asBytes(bytes));
  const auto again = reader.next();
  require(again && *again && **again == packet);
}

void checkBody(const std::string& body) {
  drpc::parseError(body);
  if (const auto metadata = drpc::parseMetadata(body))
    require(drpc::parseMetadata(drpc::encodeMetadata(*metadata)) == *metadata);
  tailnetpb::CoordinateRequest request;
  if (DrpcCall::parse(body, request)) require(request.SerializeAsString().size() == request.ByteSizeLong());
  agentpb::Manifest manifest;
  if (DrpcCall::parse(body, manifest)) require(manifest.SerializeAsString().size() == manifest.ByteSizeLong());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  drpc::PacketReader reader;
  reader.feed(std::as_bytes(std::span(data, size)));
  while (true) {
    const auto packet = reader.next();
    if (!packet || !*packet) return 0;
    checkPacket(**packet);
    checkBody((*packet)->body);
  }
}

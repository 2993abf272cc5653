// The generated messages under names that don't clash with namespaces of ours, and the conversions that all need.
// Include it only where messages are built or read: the generated headers are big.
#pragma once

#include <chrono>

#include "core/base/Clock.h"
#include "core/base/Ids.h"
#include "core/rpc/proto/agent.pb.h"
#include "core/rpc/proto/tailnet.pb.h"

namespace berth::rpc {

namespace agentpb = ::coder::agent::v2;
namespace tailnetpb = ::coder::tailnet::v2;

wire::Timestamp toTimestamp(WallTime time);
WallTime fromTimestamp(const wire::Timestamp& time);  // out of range: the nearest that fits
wire::Duration toDuration(std::chrono::nanoseconds duration);
std::chrono::nanoseconds fromDuration(const wire::Duration& duration);  // out of range: the nearest that fits

// 16 raw bytes, as ids travel.
std::string toWire(const Uuid& id);
std::optional<Uuid> uuidFromWire(std::string_view bytes);

}  // namespace berth::rpc

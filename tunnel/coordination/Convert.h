// Between the tailnet's protobuf messages and our own structs. Include it in .cpp files only: the generated headers are
// big.
#pragma once

#include "core/base/Error.h"
#include "core/rpc/Proto.h"
#include "tunnel/coordination/NodeInfo.h"
#include "tunnel/coordination/PeerTable.h"
#include "tunnel/wire/DerpMap.h"

namespace berth::tunnel::coordination {

rpc::tailnetpb::Node toProto(const NodeInfo& node);
// InvalidInput for keys or addresses that are none. Endpoints that are none are left out: they are hints.
Result<NodeInfo> fromProto(const rpc::tailnetpb::Node& node);

Result<PeerUpdate> fromProto(const rpc::tailnetpb::CoordinateResponse::PeerUpdate& update);

wire::DerpMap fromProto(const rpc::tailnetpb::DERPMap& map);

}  // namespace berth::tunnel::coordination

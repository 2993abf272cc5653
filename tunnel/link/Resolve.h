// Names to UDP endpoints, by the system's resolver.
#pragma once

#include <vector>

#include "core/base/Error.h"
#include "core/base/Task.h"
#include "tunnel/wire/Address.h"

namespace berth::tunnel::link {

// All of a name's addresses, in the system's order; an address (IPv6 without brackets) as it is, without a look-up.
Task<Result<std::vector<wire::Endpoint>>> resolve(std::string host, std::uint16_t port);

}  // namespace berth::tunnel::link

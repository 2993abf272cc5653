// Agents with all that hangs on them: apps, scripts, variables, monitors (reference/provisioning.md 4.2, 4.5 to 4.8).
#pragma once

#include <utility>
#include <vector>

#include "core/base/Error.h"
#include "core/provision/Model.h"
#include "core/provision/Snapshot.h"

namespace berth::provision {

// In order of address. The instances point into the snapshot.
Result<std::vector<std::pair<const Instance*, Agent>>> deriveAgents(const Snapshot& snapshot);

}  // namespace berth::provision

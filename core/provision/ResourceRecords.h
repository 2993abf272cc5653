// Stores derived resources with their agents, apps, scripts and metadata (reference/provisioning.md 3.6).
#pragma once

#include <vector>

#include "core/provision/Model.h"
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::provision {

// Agents get new ids; apps keep those of the state. InvalidInput: an agent's token is no UUID.
Result<void> insertResources(store::Transaction& tx, JobId job, Transition transition,
                             const std::vector<Resource>& resources, WallTime now);

}  // namespace berth::provision

// Parameters and presets that a template declares (reference/provisioning.md 4.12, 4.13).
#pragma once

#include <vector>

#include "core/base/Error.h"
#include "core/provision/Model.h"
#include "core/provision/Snapshot.h"

namespace berth::provision {

Result<std::vector<Parameter>> deriveParameters(const Snapshot& snapshot);
Result<std::vector<Preset>> derivePresets(const Snapshot& snapshot);

}  // namespace berth::provision

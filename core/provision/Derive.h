// Resources, agents, apps, parameters and presets out of a snapshot (reference/provisioning.md 4.2 to 4.14).
#pragma once

#include "core/base/Error.h"
#include "core/provision/Model.h"
#include "core/provision/Snapshot.h"

namespace berth::provision {

// InvalidInput with a text for the template's author: bad or duplicate agent names and app slugs, duplicate parameters,
// two metadata blocks or conflicting variables on one target.
Result<Derived> derive(const Snapshot& snapshot);

}  // namespace berth::provision

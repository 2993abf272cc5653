// Resources that were made but are not in the state, because OpenTofu was killed before it wrote them down.
//
// OpenTofu (1.12) writes its state at the end and every 20 s. Its output tells about each resource at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/Error.h"

namespace berth::provision {

struct LostResource {
  std::string address;
  std::string id;  // as `tofu import` takes it
};

// What the output of an apply says to exist and the state does not have, or has under another id. Without coder_*:
// those are records only and cannot be imported.
Result<std::vector<LostResource>> lostResources(std::string_view output, std::string_view stateFile);

// The state without these addresses, to be imported anew.
Result<std::string> withoutAddresses(std::string_view stateFile, const std::vector<LostResource>& lost);

}  // namespace berth::provision

// Bodies of requests, and a server's answer: what is taken must come out again as something that is taken.
#include <cstdlib>

#include "core/api/Builds.h"
#include "core/api/Parameters.h"
#include "core/api/Templates.h"
#include "core/api/Users.h"
#include "core/api/Workspaces.h"

using namespace berth::api;

namespace {

template <typename T>
void roundTrip(std::string_view text) {
  if (const auto value = fromJson<T>(text); value && !fromJson<T>(toJson(*value))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  roundTrip<CreateWorkspaceBuildRequest>(text);
  roundTrip<CreateWorkspaceRequest>(text);
  roundTrip<CreateTemplateRequest>(text);
  roundTrip<CreateUserRequest>(text);
  roundTrip<DynamicParametersRequest>(text);
  roundTrip<Workspace>(text);
  return 0;
}

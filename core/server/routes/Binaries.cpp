#include "core/server/routes/Binaries.h"

#include "core/server/AgentBinaries.h"
#include "core/server/Services.h"

namespace berth::server::routes {

Task<Answer> listBinaries(Call& call) {
  if (!call.services.binaries) co_return apiFail(ApiError::routeNotFound());
  co_return call.services.binaries->listing();
}

Task<Answer> serveBinary(Call& call) {
  if (!call.services.binaries) co_return apiFail(ApiError::routeNotFound());
  co_return call.services.binaries->serve(call.request(), call.param("name"));
}

}  // namespace berth::server::routes

// Store transactions whose work fails with API errors.
#pragma once

#include <memory>
#include <optional>

#include "core/server/http/ApiError.h"
#include "core/store/Store.h"

namespace berth::server {

// Like Store::run() for work that returns ApiResult<T>: a failure rolls back, and keeps its status and validations.
// The work runs on the database thread and may run twice, so it owns what it uses.
template <typename Work>
auto inTransaction(store::Store& store, Work work) -> Task<std::invoke_result_t<Work&, store::Transaction&>> {
  using Outcome = std::invoke_result_t<Work&, store::Transaction&>;
  auto refusal = std::make_shared<std::optional<ApiError>>();
  auto done = co_await store.run(
      [refusal, work = std::move(work)](store::Transaction& tx) mutable -> Result<typename Outcome::value_type> {
        Outcome answer = work(tx);
        if (!answer) {
          *refusal = std::move(answer).error();
          return fail(ErrorCode::Cancelled, "refused");
        }
        if constexpr (std::is_void_v<typename Outcome::value_type>)
          return {};
        else
          return *std::move(answer);
      });
  if (done) {
    if constexpr (std::is_void_v<typename Outcome::value_type>)
      co_return Outcome();
    else
      co_return *std::move(done);
  }
  if (*refusal) co_return apiFail(**std::move(refusal));
  co_return apiFail(std::move(done).error());
}

}  // namespace berth::server

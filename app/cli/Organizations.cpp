#include "app/cli/Organizations.h"

#include <format>

namespace berth::cli {

Task<Result<api::Organization>> chooseOrganization(client::Session& session, std::string wanted) {
  CO_TRY_ASSIGN(auto organizations, co_await session.myOrganizations());
  if (wanted.empty() && organizations.size() == 1) co_return std::move(organizations.front());
  std::string names;
  for (auto& organization : organizations) {
    if (organization.name == wanted || organization.id.toString() == wanted) co_return std::move(organization);
    if (wanted.empty() && organization.is_default) co_return std::move(organization);
    names += (names.empty() ? "" : ", ") + organization.name;
  }
  co_return fail(wanted.empty() ? ErrorCode::InvalidInput : ErrorCode::NotFound,
                 std::format("name an organization with --org; yours are: {}", names.empty() ? "none" : names));
}

}  // namespace berth::cli

#include "core/api/Organizations.h"

#include "core/api/detail/Codec.h"

namespace berth::api {
BERTH_API_CODEC(Organization);
BERTH_API_CODEC(OrganizationMember);
BERTH_API_CODEC(OrganizationMemberWithUserData);
BERTH_API_CODEC(PaginatedMembersResponse);
}  // namespace berth::api

#include "core/api/Users.h"

#include "core/api/detail/Codec.h"

namespace berth::api {
BERTH_API_CODEC(TrialInfo);
BERTH_API_CODEC(OnboardingInfo);
BERTH_API_CODEC(CreateFirstUserRequest);
BERTH_API_CODEC(CreateFirstUserResponse);
BERTH_API_CODEC(PasswordAuthMethod);
BERTH_API_CODEC(GithubAuthMethod);
BERTH_API_CODEC(OidcAuthMethod);
BERTH_API_CODEC(AuthMethods);
BERTH_API_CODEC(LoginWithPasswordRequest);
BERTH_API_CODEC(LoginWithPasswordResponse);
BERTH_API_CODEC(ValidatePasswordRequest);
BERTH_API_CODEC(ValidatePasswordResponse);
BERTH_API_CODEC(UserLoginType);
BERTH_API_CODEC(User);
BERTH_API_CODEC(UsersResponse);
BERTH_API_CODEC(CreateUserRequest);
BERTH_API_CODEC(UpdateUserProfileRequest);
BERTH_API_CODEC(UpdateUserPasswordRequest);
BERTH_API_CODEC(UpdateRolesRequest);
BERTH_API_CODEC(UserRoles);
BERTH_API_CODEC(UserAppearance);
BERTH_API_CODEC(GitSshKey);
BERTH_API_CODEC(ApiKey);
BERTH_API_CODEC(GenerateApiKeyResponse);
BERTH_API_CODEC(CreateTokenRequest);
BERTH_API_CODEC(TokenConfig);
BERTH_API_CODEC(Permission);
BERTH_API_CODEC(AssignableRole);
BERTH_API_CODEC(AuthorizationObject);
BERTH_API_CODEC(AuthorizationCheck);
BERTH_API_CODEC(AuthorizationRequest);
}  // namespace berth::api

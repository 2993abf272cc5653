#include <format>

#include "core/client/detail/ApiError.h"
#include "core/client/detail/Call.h"

namespace berth::client {

Task<Result<bool>> Session::hasFirstUser() {
  const auto http = m_http;
  auto response = co_await http->send({.target = "/api/v2/users/first"});
  if (!response) co_return fail(response.error());
  const auto version = response->headers.find("X-Coder-Build-Version");
  if (version) m_serverVersion = *version;
  if (response->status == 200) co_return true;
  if (response->status == 404 && version) co_return false;
  // Only a server of this API sends its version with a 404 (reference/rest-api.md 7.2).
  if (response->status == 404)
    co_return fail(ErrorCode::Unavailable,
                   std::format("{} is not a Berth or Coder server; check the URL", m_options.url.toString()));
  co_return fail(detail::errorOf(*response));
}

Task<Result<api::CreateFirstUserResponse>> Session::createFirstUser(api::CreateFirstUserRequest request) {
  return ask<api::CreateFirstUserResponse>("POST", "/api/v2/users/first", api::toJson(request));
}

Task<Result<api::ValidatePasswordResponse>> Session::validatePassword(Secret password) {
  const api::ValidatePasswordRequest request{std::string(password.reveal())};
  return ask<api::ValidatePasswordResponse>("POST", "/api/v2/users/validate-password", api::toJson(request));
}

Task<Result<Secret>> Session::login(std::string email, Secret password) {
  const api::LoginWithPasswordRequest request{std::move(email), std::string(password.reveal())};
  CO_TRY_ASSIGN(auto answer,
                co_await ask<api::LoginWithPasswordResponse>("POST", "/api/v2/users/login", api::toJson(request)));
  co_return Secret(std::move(answer.session_token));
}

Task<Result<void>> Session::logout() { return tell("POST", "/api/v2/users/logout"); }

Task<Result<Secret>> Session::createApiKey() {
  CO_TRY_ASSIGN(auto answer, co_await ask<api::GenerateApiKeyResponse>("POST", "/api/v2/users/me/keys"));
  co_return Secret(std::move(answer.key));
}

Task<Result<api::User>> Session::me() { return ask<api::User>("GET", "/api/v2/users/me"); }

Task<Result<api::User>> Session::user(std::string nameOrId) {
  return ask<api::User>("GET", "/api/v2/users/" + http::percentEncode(nameOrId));
}

Task<Result<std::vector<api::Organization>>> Session::myOrganizations() {
  return ask<std::vector<api::Organization>>("GET", "/api/v2/users/me/organizations");
}

Task<Result<api::GitSshKey>> Session::gitSshKey() { return ask<api::GitSshKey>("GET", "/api/v2/users/me/gitsshkey"); }

Task<Result<api::GitSshKey>> Session::regenerateGitSshKey() {
  return ask<api::GitSshKey>("PUT", "/api/v2/users/me/gitsshkey");
}

Task<Result<api::BuildInfo>> Session::buildInfo() { return ask<api::BuildInfo>("GET", "/api/v2/buildinfo"); }

Task<Result<api::SshConfigResponse>> Session::sshConfig() {
  return ask<api::SshConfigResponse>("GET", "/api/v2/deployment/ssh");
}

}  // namespace berth::client

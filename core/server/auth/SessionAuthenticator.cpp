#include "core/server/auth/SessionAuthenticator.h"

#include "core/server/auth/ApiKeys.h"
#include "core/server/http/Transactions.h"
#include "core/store/Agents.h"
#include "core/store/ApiKeys.h"
#include "core/store/Builds.h"
#include "core/store/Jobs.h"
#include "core/store/Resources.h"
#include "core/store/Users.h"
#include "core/store/Workspaces.h"

namespace berth::server {

namespace {

using store::Transaction;

constexpr const char* kSignedOut = "You are signed out or your session has expired. Please sign in again to continue.";
// How fresh last_used, last_seen_at and a sliding expiry are kept.
constexpr std::chrono::hours kRecordUseEvery{1};

std::unexpected<ApiError> signedOut(std::string detail) { return apiFail(401, kSignedOut, std::move(detail)); }

ApiResult<store::ApiKeyRecord> findValidKey(Transaction& tx, std::string_view token, WallTime now) {
  const auto parts = splitApiKey(token);
  if (!parts) return signedOut("Invalid API key format: " + parts.error());
  TRY_ASSIGN(auto key, store::findApiKey(tx, parts->id));
  if (!key) return signedOut("API key is invalid.");
  if (!equalConstantTime(key->hashedSecret, hashApiKeySecret(parts->secret)))
    return signedOut("API key secret is invalid.");
  if (key->expiresAt <= now) return signedOut(std::format("API key expired at \"{}\".", formatRfc3339(key->expiresAt)));
  return *std::move(key);
}

// A session slides on when an hour of its life is over; a named token does not.
WallTime nextExpiry(const store::ApiKeyRecord& key, WallTime now) {
  const auto lifetime = std::chrono::seconds(key.lifetimeSeconds);
  const bool slides = key.loginType != LoginType::Token && key.expiresAt - now <= lifetime - kRecordUseEvery;
  return slides ? now + lifetime : key.expiresAt;
}

Result<void> recordUse(Transaction& tx, const store::ApiKeyRecord& key, store::UserRecord& user, WallTime now,
                       std::string_view address) {
  const auto expiresAt = nextExpiry(key, now);
  if (now - key.lastUsed >= kRecordUseEvery || expiresAt != key.expiresAt)
    TRY(store::updateApiKeyUse(tx, key.id, now, address, expiresAt));
  const bool wakes = user.status == UserStatus::Dormant;
  if (!wakes && now - user.lastSeenAt < kRecordUseEvery) return {};
  if (wakes) user.status = UserStatus::Active;
  return store::setUserLastSeen(tx, user.id, now, user.status);
}

ApiResult<Actor> findActor(Transaction& tx, std::string_view token, WallTime now, std::string_view address) {
  TRY_ASSIGN(const auto key, findValidKey(tx, token, now));
  TRY_ASSIGN(auto user, store::findUser(tx, key.userId));
  if (!user) return signedOut("API key is invalid.");
  TRY(recordUse(tx, key, *user, now, address));
  if (user->status != UserStatus::Active)
    return apiFail(401,
                   std::format("User is not active (status = \"{}\"). Contact an admin to reactivate your account.",
                               toString(user->status)));
  return Actor{
      .userId = user->id, .username = user->username, .roles = user->roles, .keyId = key.id, .scopes = key.scopes};
}

std::unexpected<ApiError> agentRefused() {
  return apiFail(401, "Workspace agent not authorized.",
                 "The agent cannot authenticate until the workspace provision job has been completed. If the job is no "
                 "longer running, this agent is invalid.");
}

// The agent's build is the workspace's latest, or the successful start before a stop that is still being made.
Result<bool> isCurrent(Transaction& tx, const store::BuildRecord& build) {
  TRY_ASSIGN(const auto latest, store::findLatestBuild(tx, build.workspaceId));
  if (!latest) return false;
  if (latest->id == build.id) return true;
  if (latest->transition != Transition::Stop || latest->buildNumber != build.buildNumber + 1 ||
      build.transition != Transition::Start)
    return false;
  TRY_ASSIGN(const auto stopJob, store::getJob(tx, latest->jobId));
  TRY_ASSIGN(const auto startJob, store::getJob(tx, build.jobId));
  const auto status = stopJob.status();
  return (status == JobStatus::Pending || status == JobStatus::Running) && startJob.status() == JobStatus::Succeeded;
}

}  // namespace

ApiResult<AgentIdentity> findAgentIdentity(Transaction& tx, std::string_view token) {
  const auto id = Uuid::parse(token);
  if (!id)
    return apiFail(401, "Workspace agent token invalid.",
                   std::format("An agent token must be a valid UUIDv4. (len {})", token.size()));
  TRY_ASSIGN(const auto agent, store::findAgentByToken(tx, *id));
  if (!agent) return agentRefused();
  TRY_ASSIGN(const auto resource, store::findResource(tx, agent->resourceId));
  if (!resource) return agentRefused();
  TRY_ASSIGN(const auto build, store::findBuildByJob(tx, resource->jobId));
  if (!build) return agentRefused();
  TRY_ASSIGN(const auto workspace, store::getWorkspace(tx, build->workspaceId));
  TRY_ASSIGN(const bool isOfCurrentBuild, isCurrent(tx, *build));
  if (workspace.deleted || !isOfCurrentBuild) return agentRefused();
  return AgentIdentity{.agentId = agent->id,
                       .agentName = agent->name,
                       .workspaceId = workspace.id,
                       .buildId = build->id,
                       .ownerId = workspace.ownerId};
}

Task<ApiResult<Actor>> SessionAuthenticator::authenticateUser(Secret token, std::string remoteAddress) {
  co_return co_await inTransaction(
      m_store, [token = std::move(token), address = std::move(remoteAddress),
                now = m_clock.wallNow()](Transaction& tx) { return findActor(tx, token.reveal(), now, address); });
}

Task<ApiResult<AgentIdentity>> SessionAuthenticator::authenticateAgent(Secret token) {
  co_return co_await inTransaction(
      m_store, [token = std::move(token)](Transaction& tx) { return findAgentIdentity(tx, token.reveal()); });
}

}  // namespace berth::server

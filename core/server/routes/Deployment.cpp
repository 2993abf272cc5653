#include "core/server/routes/Deployment.h"

#include <boost/json.hpp>

#include "core/api/Deployment.h"
#include "core/base/Version.h"
#include "core/server/DerpMap.h"
#include "core/server/Services.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Sockets.h"

namespace berth::server::routes {

namespace {

namespace json = boost::json;

constexpr const char* kSourceUrl = "https://github.com/berth-dev/berth";
constexpr const char* kAgentApiVersion = "1.0";  // the legacy REST agent API's; the RPC's is negotiated
constexpr const char* kProvisionerApiVersion = "1.18";

// Every feature that a dashboard knows; none of them is for sale here.
constexpr std::string_view kFeatures[] = {"user_limit",
                                          "audit_log",
                                          "connection_log",
                                          "browser_only",
                                          "scim",
                                          "template_rbac",
                                          "user_role_management",
                                          "high_availability",
                                          "multiple_external_auth",
                                          "external_provisioner_daemons",
                                          "appearance",
                                          "advanced_template_scheduling",
                                          "workspace_proxy",
                                          "external_token_encryption",
                                          "workspace_batch_actions",
                                          "task_batch_actions",
                                          "access_control",
                                          "control_shared_ports",
                                          "custom_roles",
                                          "multiple_organizations",
                                          "workspace_prebuilds",
                                          "managed_agent_limit",
                                          "workspace_external_agent",
                                          "service_accounts",
                                          "aibridge",
                                          "boundary",
                                          "ai_governance_user_limit"};

}  // namespace

Task<Answer> buildInfo(Call& call) {
  const auto& deployment = call.services.deployment;
  api::BuildInfo info;
  info.external_url = kSourceUrl;
  info.version = kCoderVersion;
  info.dashboard_url = deployment.accessUrl.toString();
  info.agent_api_version = kAgentApiVersion;
  info.provisioner_api_version = kProvisionerApiVersion;
  info.deployment_id = deployment.id.toString();
  co_return jsonResponse(200, info);
}

Task<Answer> updateCheck(Call&) {
  co_return jsonResponse(200, api::UpdateCheckResponse{true, std::string(kCoderVersion), kSourceUrl});
}

Task<Answer> regions(Call& call) {
  const auto& deployment = call.services.deployment;
  api::Region primary;
  primary.id = deployment.id;
  primary.name = "primary";
  primary.display_name = "Default";
  primary.icon_url = "/emojis/1f3e1.png";
  primary.healthy = true;
  primary.path_app_url = deployment.accessUrl.toString();
  co_return jsonResponse(200, api::RegionsResponse{{std::move(primary)}});
}

Task<Answer> sshConfig(Call&) { co_return jsonResponse(200, api::SshConfigResponse{"coder.", "coder", {}}); }

Task<Answer> deploymentConfig(Call& call) {
  if (!isAllowed(call.user(), Action::Read, {ObjectKind::DeploymentConfig, {}}))
    co_return apiFail(ApiError::forbidden());
  const json::object config{{"access_url", call.services.deployment.accessUrl.toString()}};
  co_return rawJsonResponse(200, json::serialize(json::object{{"config", config}, {"options", json::array()}}));
}

Task<Answer> experiments(Call&) { co_return rawJsonResponse(200, "[]"); }

Task<Answer> availableExperiments(Call&) { co_return jsonResponse(200, api::AvailableExperiments()); }

Task<Answer> appearance(Call&) { co_return jsonResponse(200, api::Appearance()); }

Task<Answer> entitlements(Call& call) {
  json::object features;
  for (const auto name : kFeatures) features[name] = json::object{{"entitlement", "not_entitled"}, {"enabled", false}};
  const json::object body{{"features", std::move(features)},
                          {"warnings", json::array()},
                          {"errors", json::array()},
                          {"has_license", false},
                          {"trial", false},
                          {"require_telemetry", false},
                          {"refreshed_at", formatRfc3339(call.services.clock.wallNow())}};
  co_return rawJsonResponse(200, json::serialize(body));
}

Task<Answer> licenses(Call&) { co_return rawJsonResponse(200, "[]"); }

Task<Answer> applicationsHost(Call&) { co_return jsonResponse(200, api::AppHostResponse()); }

Task<Answer> cspReport(Call&) { co_return rawJsonResponse(200, "\"ok\""); }

// Sent once: the map changes only with the access URL, and that takes a restart.
Task<Answer> watchDerpMap(Call& call) {
  CO_TRY_ASSIGN(auto socket, co_await acceptSocket(call));
  const std::string map = api::toJson(embeddedDerpMap(call.services.deployment.relay()));
  if (!co_await socket->writeBinary(asBytes(map))) co_return Answered();
  const auto shutdown = call.services.events.subscribe({});
  co_await keepOpen(*socket, *shutdown);
  co_return Answered();
}

namespace {

std::optional<ObjectKind> objectKindOf(std::string_view type) {
  static const std::map<std::string_view, ObjectKind> kKinds = {{"workspace", ObjectKind::Workspace},
                                                                {"template", ObjectKind::Template},
                                                                {"file", ObjectKind::File},
                                                                {"user", ObjectKind::User},
                                                                {"api_key", ObjectKind::ApiKey},
                                                                {"organization", ObjectKind::Organization},
                                                                {"organization_member", ObjectKind::OrganizationMember},
                                                                {"provisioner_daemon", ObjectKind::ProvisionerDaemon},
                                                                {"provisioner_jobs", ObjectKind::ProvisionerJob},
                                                                {"deployment_config", ObjectKind::DeploymentConfig},
                                                                {"deployment_stats", ObjectKind::DeploymentConfig},
                                                                {"debug_info", ObjectKind::DebugInfo},
                                                                {"audit_log", ObjectKind::AuditLog},
                                                                {"notification_preference", ObjectKind::Notification},
                                                                {"inbox_notification", ObjectKind::Notification}};
  const auto found = kKinds.find(type);
  return found == kKinds.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Action> actionOf(std::string_view word) {
  static const std::map<std::string_view, Action> kActions = {{"read", Action::Read},
                                                              {"create", Action::Create},
                                                              {"update", Action::Update},
                                                              {"delete", Action::Delete},
                                                              {"use", Action::Use},
                                                              {"ssh", Action::Ssh},
                                                              {"start", Action::Start},
                                                              {"stop", Action::Stop},
                                                              {"application_connect", Action::ApplicationConnect},
                                                              {"read_personal", Action::ReadPersonal},
                                                              {"update_personal", Action::UpdatePersonal}};
  const auto found = kActions.find(word);
  return found == kActions.end() ? std::nullopt : std::optional(found->second);
}

// {"object": {"resource_type", "owner_id"?}, "action"}; what this server has no objects of is not allowed.
bool checkOne(const Actor& actor, const json::value& check) {
  const auto* object = check.is_object() ? check.get_object().if_contains("object") : nullptr;
  const auto* action = check.is_object() ? check.get_object().if_contains("action") : nullptr;
  if (!object || !object->is_object() || !action || !action->is_string()) return false;
  const auto text = [&](std::string_view key) -> std::string {
    const auto* value = object->get_object().if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  const auto kind = objectKindOf(text("resource_type"));
  const auto wanted = actionOf(action->get_string());
  if (!kind || !wanted) return false;
  const std::string owner = text("owner_id");
  return isAllowed(actor, *wanted, {*kind, owner == "me" ? actor.userId : UserId::parse(owner)});
}

}  // namespace

Task<Answer> authCheck(Call& call) {
  boost::system::error_code bad;
  const auto body = json::parse(call.request().body, bad);
  const auto* checks = !bad && body.is_object() ? body.get_object().if_contains("checks") : nullptr;
  if (!checks || !checks->is_object()) co_return apiFail(400, "Request body must be valid JSON.", bad.message());
  json::object verdicts;
  for (const auto& [key, check] : checks->get_object()) verdicts[key] = checkOne(call.user(), check);
  co_return rawJsonResponse(200, json::serialize(verdicts));
}

}  // namespace berth::server::routes

#include "core/server/http/Authorization.h"

#include <algorithm>

namespace berth::server {

namespace {

bool owns(const Actor& actor, const Object& object) { return object.owner == actor.userId; }

bool isRead(Action action) { return action == Action::Read; }

// Whoever may manage templates reads all workspaces too, but does not get into them.
bool templateAdminMay(Action action, ObjectKind kind) {
  switch (kind) {
    case ObjectKind::Template:
    case ObjectKind::File:
    case ObjectKind::ProvisionerDaemon:
    case ObjectKind::ProvisionerJob: return true;
    case ObjectKind::Workspace:
    case ObjectKind::User:
    case ObjectKind::OrganizationMember: return isRead(action);
    default: return false;
  }
}

bool userAdminMay(Action, ObjectKind kind) {
  return kind == ObjectKind::User || kind == ObjectKind::OrganizationMember;
}

bool auditorMay(Action action, ObjectKind kind) {
  if (!isRead(action)) return false;
  switch (kind) {
    case ObjectKind::AuditLog:
    case ObjectKind::User:
    case ObjectKind::Template:
    case ObjectKind::OrganizationMember:
    case ObjectKind::DeploymentConfig: return true;
    default: return false;
  }
}

bool memberMay(const Actor& actor, Action action, const Object& object) {
  switch (object.kind) {
    case ObjectKind::Workspace:
    case ObjectKind::ApiKey:
    case ObjectKind::Notification: return owns(actor, object);
    case ObjectKind::File: return owns(actor, object) && (isRead(action) || action == Action::Create);
    case ObjectKind::User:
      return owns(actor, object) &&
             (isRead(action) || action == Action::ReadPersonal || action == Action::UpdatePersonal);
    case ObjectKind::Template: return isRead(action) || action == Action::Use;
    case ObjectKind::Organization:
    case ObjectKind::OrganizationMember:
    case ObjectKind::ProvisionerDaemon: return isRead(action);
    case ObjectKind::ProvisionerJob: return isRead(action) && owns(actor, object);
    case ObjectKind::DeploymentConfig:
    case ObjectKind::DebugInfo:
    case ObjectKind::AuditLog: return false;
  }
  return false;
}

}  // namespace

bool Actor::hasRole(std::string_view role) const { return std::ranges::find(roles, role) != roles.end(); }
bool Actor::mayUseApi() const {
  return std::ranges::any_of(scopes, [](const auto& scope) { return scope == "coder:all" || scope == "all"; });
}

bool isAllowed(const Actor& actor, Action action, const Object& object) {
  if (actor.isOwner() || memberMay(actor, action, object)) return true;
  if (actor.hasRole("template-admin") && templateAdminMay(action, object.kind)) return true;
  if (actor.hasRole("user-admin") && userAdminMay(action, object.kind)) return true;
  return actor.hasRole("auditor") && auditorMay(action, object.kind);
}

ApiResult<void> authorize(const Actor& actor, Action action, const Object& object) {
  if (isAllowed(actor, action, object)) return {};
  if (!isRead(action) && isAllowed(actor, Action::Read, object)) return apiFail(ApiError::forbidden());
  return apiFail(ApiError::notFound());
}

}  // namespace berth::server

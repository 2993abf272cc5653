// Authorisation, asked in one place: may this actor do that to this object? (reference/rest-api.md 2.9)
#pragma once

#include <optional>

#include "core/server/http/Actor.h"
#include "core/server/http/ApiError.h"

namespace berth::server {

enum class Action {
  Read,
  Create,
  Update,
  Delete,
  Use,
  Ssh,
  ApplicationConnect,
  Start,
  Stop,
  ReadPersonal,
  UpdatePersonal
};

enum class ObjectKind {
  Workspace,
  Template,
  File,
  User,
  ApiKey,
  Organization,
  OrganizationMember,
  ProvisionerDaemon,
  ProvisionerJob,
  DeploymentConfig,
  DebugInfo,
  AuditLog,
  Notification,
};

struct Object {
  ObjectKind kind;
  std::optional<UserId> owner;  // whose it is; none for objects of the deployment or organization
};

bool isAllowed(const Actor& actor, Action action, const Object& object);

// 404 when the actor may not even read the object, 403 when he may read it but not do this.
ApiResult<void> authorize(const Actor& actor, Action action, const Object& object);

}  // namespace berth::server

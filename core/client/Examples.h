// Templates that come with the server: from such an example to a template (reference/rest-api.md 3.3, 3.4).
#pragma once

#include <functional>

#include "core/client/Session.h"

namespace berth::client {

// By its id; nothing when there is none, or when this user may not make templates.
Task<Result<std::optional<api::TemplateExample>>> findExample(Session& session, std::string id);

// Imports what the request names and waits for the end. What people see of that is the caller's.
using ImportVersion = std::function<Task<Result<TemplateVersionId>>(api::CreateTemplateVersionRequest request)>;

// Makes a template of the example, under its own name. `session` outlives the task.
Task<Result<api::Template>> addExample(Session& session, OrganizationId organization, api::TemplateExample example,
                                       ImportVersion import);

}  // namespace berth::client

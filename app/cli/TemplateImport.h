// Bringing templates to a server: what `templates push` and `create` have in common.
#pragma once

#include "app/cli/JobWatcher.h"
#include "app/cli/ParameterInput.h"

namespace berth::cli {

// Imports what the request names and waits for the end; asks for values of variables that the template needs.
Task<Result<api::TemplateVersion>> importVersion(Context& context, client::Session& session,
                                                 OrganizationId organization, api::CreateTemplateVersionRequest request,
                                                 ParameterMap variables, Shown shown = Shown::Everything);

// A template that comes with the server, by its name; nothing when there is none, or not for this user.
Task<Result<std::optional<api::TemplateExample>>> findExample(client::Session& session, std::string name);

// Makes a template of it, under its own name.
Task<Result<api::Template>> addExample(Context& context, client::Session& session, OrganizationId organization,
                                       api::TemplateExample example);

}  // namespace berth::cli

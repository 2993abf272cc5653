// Bringing templates to a server: what `templates push` and `create` have in common.
#pragma once

#include "app/cli/JobWatcher.h"
#include "app/cli/ParameterInput.h"

namespace berth::cli {

// Imports what the request names and waits for the end; asks for values of variables that the template needs.
Task<Result<api::TemplateVersion>> importVersion(Context& context, client::Session& session,
                                                 OrganizationId organization, api::CreateTemplateVersionRequest request,
                                                 ParameterMap variables, Shown shown = Shown::Everything);

// Makes a template of one that comes with the server, under its own name.
Task<Result<api::Template>> addExample(Context& context, client::Session& session, OrganizationId organization,
                                       api::TemplateExample example);

}  // namespace berth::cli

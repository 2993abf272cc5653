// Template versions: import, logs, what an import found (reference/rest-api.md 3.4, 3.6 to 3.8).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> createTemplateVersion(Call& call);
Task<Answer> getTemplateVersion(Call& call);
Task<Answer> patchTemplateVersion(Call& call);
Task<Answer> cancelTemplateVersion(Call& call);
Task<Answer> archiveTemplateVersion(Call& call);
Task<Answer> unarchiveTemplateVersion(Call& call);
Task<Answer> emptyTemplateVersionList(Call& call);
Task<Answer> getRichParameters(Call& call);
Task<Answer> getTemplateVersionExternalAuth(Call& call);
Task<Answer> getTemplateVersionVariables(Call& call);
Task<Answer> getPresets(Call& call);
Task<Answer> getTemplateVersionResources(Call& call);
Task<Answer> getTemplateVersionLogs(Call& call);

}  // namespace berth::server::routes

// Templates (reference/rest-api.md 3.3).
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> listTemplates(Call& call);
Task<Answer> listOrganizationTemplates(Call& call);
Task<Answer> createTemplate(Call& call);
Task<Answer> getTemplate(Call& call);
Task<Answer> getTemplateByName(Call& call);
Task<Answer> patchTemplate(Call& call);
Task<Answer> deleteTemplate(Call& call);
Task<Answer> getTemplateDaus(Call& call);
Task<Answer> listTemplateExamples(Call& call);
Task<Answer> listTemplateVersions(Call& call);
Task<Answer> getTemplateVersionOfTemplate(Call& call);
Task<Answer> patchActiveVersion(Call& call);
Task<Answer> archiveUnusedVersions(Call& call);
Task<Answer> getTemplateVersionByName(Call& call);
Task<Answer> getPreviousTemplateVersion(Call& call);

}  // namespace berth::server::routes

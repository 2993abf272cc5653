// Templates and what an import stores about their versions (reference/provisioning.md 1.9).
#pragma once

#include <string_view>
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::store {

Result<void> insertTemplate(Transaction& tx, const TemplateRecord& record);  // AlreadyExists: name taken
Result<void> updateTemplate(Transaction& tx, const TemplateRecord& record);  // all columns
Result<TemplateRecord> getTemplate(Transaction& tx, TemplateId id);          // deleted ones too
Result<std::optional<TemplateRecord>> findTemplate(Transaction& tx, TemplateId id);
Result<std::optional<TemplateRecord>> findTemplateByName(Transaction& tx, OrganizationId organization,
                                                         std::string_view name);           // not deleted, without case
Result<std::vector<TemplateRecord>> listTemplates(Transaction& tx, bool deleted = false);  // by name

Result<void> insertTemplateVersion(Transaction& tx, const TemplateVersionRecord& version);  // AlreadyExists: name
Result<void> updateTemplateVersion(Transaction& tx, const TemplateVersionRecord& version);  // all columns
Result<TemplateVersionRecord> getTemplateVersion(Transaction& tx, TemplateVersionId id);
Result<std::optional<TemplateVersionRecord>> findTemplateVersion(Transaction& tx, TemplateVersionId id);
Result<std::optional<TemplateVersionRecord>> findTemplateVersionByJob(Transaction& tx, JobId job);
Result<std::optional<TemplateVersionRecord>> findTemplateVersionByName(Transaction& tx, TemplateId of,
                                                                       std::string_view name);
// The newest version of the template that is older than this one.
Result<std::optional<TemplateVersionRecord>> findPreviousTemplateVersion(Transaction& tx,
                                                                         const TemplateVersionRecord& version);
Result<std::vector<TemplateVersionRecord>> listTemplateVersions(Transaction& tx, TemplateId of);  // oldest first
// Whether a workspace's latest build, or a template as its active version, uses it.
Result<bool> isTemplateVersionInUse(Transaction& tx, TemplateVersionId id);

Result<void> insertTemplateVersionParameter(Transaction& tx, const TemplateVersionParameterRecord& parameter);
Result<std::vector<TemplateVersionParameterRecord>> listTemplateVersionParameters(Transaction& tx,
                                                                                  TemplateVersionId version);
Result<void> insertPreset(Transaction& tx, const PresetRecord& preset,
                          const std::vector<PresetParameterRecord>& parameters);
Result<std::optional<PresetRecord>> findPreset(Transaction& tx, PresetId id);
Result<std::vector<PresetRecord>> listPresets(Transaction& tx, TemplateVersionId version);
Result<std::vector<PresetParameterRecord>> listPresetParameters(Transaction& tx, TemplateVersionId version);

Result<void> insertTemplateVersionVariable(Transaction& tx, const TemplateVersionVariableRecord& variable);
Result<std::vector<TemplateVersionVariableRecord>> listTemplateVersionVariables(Transaction& tx,
                                                                                TemplateVersionId version);

// The start plan as JSON, kept for evaluating parameters. Empty when the import stored none.
Result<void> setCachedPlan(Transaction& tx, TemplateVersionId version, std::string_view planJson);
Result<std::string> getCachedPlan(Transaction& tx, TemplateVersionId version);

}  // namespace berth::store

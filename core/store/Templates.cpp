#include "core/store/Templates.h"

#include "core/store/Sql.h"

namespace berth::store {

namespace {

const Query kInsert = insertQuery<TemplateRecord>("templates");
const Query kUpdate = updateQuery<TemplateRecord>("templates");
const Query kById = selectQuery<TemplateRecord>("template by id", "templates", "WHERE id = ?");
const Query kByName = selectQuery<TemplateRecord>(
    "template by name", "templates", "WHERE organization_id = ? AND lower(name) = lower(?) AND deleted = 0");
const Query kAll = selectQuery<TemplateRecord>("list templates", "templates", "WHERE deleted = ? ORDER BY lower(name)");

const Query kInsertVersion = insertQuery<TemplateVersionRecord>("template_versions");
const Query kUpdateVersion = updateQuery<TemplateVersionRecord>("template_versions");
const Query kVersionById = selectQuery<TemplateVersionRecord>("template version", "template_versions", "WHERE id = ?");
const Query kVersionByJob =
    selectQuery<TemplateVersionRecord>("template version by job", "template_versions", "WHERE job_id = ?");
const Query kVersionByName = selectQuery<TemplateVersionRecord>("template version by name", "template_versions",
                                                                "WHERE template_id = ? AND name = ?");
const Query kPreviousVersion =
    selectQuery<TemplateVersionRecord>("previous template version", "template_versions",
                                       "WHERE template_id = ? AND created_at < ? ORDER BY created_at DESC LIMIT 1");
const Query kVersions = selectQuery<TemplateVersionRecord>("list template versions", "template_versions",
                                                           "WHERE template_id = ? ORDER BY created_at, id");
const Query kVersionInUse{.name = "template version in use",
                          .text =
                              "SELECT 1 FROM templates WHERE active_version_id = ? AND deleted = 0 UNION ALL "
                              "SELECT 1 FROM workspace_builds b JOIN workspaces w ON w.id = b.workspace_id "
                              "WHERE b.template_version_id = ? AND w.deleted = 0 AND b.build_number = "
                              "(SELECT max(build_number) FROM workspace_builds WHERE workspace_id = w.id) LIMIT 1"};

const Query kInsertParameter = insertQuery<TemplateVersionParameterRecord>("template_version_parameters");
const Query kParameters = selectQuery<TemplateVersionParameterRecord>(
    "list template parameters", "template_version_parameters", "WHERE template_version_id = ? ORDER BY position");
const Query kInsertPreset = insertQuery<PresetRecord>("template_version_presets");
const Query kPreset = selectQuery<PresetRecord>("preset", "template_version_presets", "WHERE id = ?");
const Query kPresets = selectQuery<PresetRecord>("list presets", "template_version_presets",
                                                 "WHERE template_version_id = ? ORDER BY position");
const Query kInsertPresetParameter = insertQuery<PresetParameterRecord>("template_version_preset_parameters");
const Query kPresetParameters =
    selectQuery<PresetParameterRecord>("list preset parameters", "template_version_preset_parameters p",
                                       "JOIN template_version_presets s ON s.id = p.preset_id WHERE "
                                       "s.template_version_id = ? ORDER BY s.position, p.name");
const Query kInsertVariable = insertQuery<TemplateVersionVariableRecord>("template_version_variables");
const Query kVariables = selectQuery<TemplateVersionVariableRecord>(
    "list template variables", "template_version_variables", "WHERE template_version_id = ? ORDER BY position");

const Query kPutPlan{.name = "put cached plan",
                     .text =
                         "INSERT INTO template_version_plans (template_version_id, plan) VALUES (?, ?) "
                         "ON CONFLICT (template_version_id) DO UPDATE SET plan = excluded.plan"};
const Query kGetPlan{.name = "cached plan",
                     .text = "SELECT plan FROM template_version_plans WHERE template_version_id = ?"};

}  // namespace

Result<void> insertTemplate(Transaction& tx, const TemplateRecord& record) { return insertRow(tx, kInsert, record); }
Result<void> updateTemplate(Transaction& tx, const TemplateRecord& record) { return updateRow(tx, kUpdate, record); }
Result<TemplateRecord> getTemplate(Transaction& tx, TemplateId id) { return getRow<TemplateRecord>(tx, kById, id); }
Result<std::optional<TemplateRecord>> findTemplate(Transaction& tx, TemplateId id) {
  return findRow<TemplateRecord>(tx, kById, id);
}
Result<std::optional<TemplateRecord>> findTemplateByName(Transaction& tx, OrganizationId organization,
                                                         std::string_view name) {
  return findRow<TemplateRecord>(tx, kByName, organization, name);
}
Result<std::vector<TemplateRecord>> listTemplates(Transaction& tx, bool deleted) {
  return listRows<TemplateRecord>(tx, kAll, deleted);
}

Result<void> insertTemplateVersion(Transaction& tx, const TemplateVersionRecord& version) {
  return insertRow(tx, kInsertVersion, version);
}
Result<void> updateTemplateVersion(Transaction& tx, const TemplateVersionRecord& version) {
  return updateRow(tx, kUpdateVersion, version);
}
Result<TemplateVersionRecord> getTemplateVersion(Transaction& tx, TemplateVersionId id) {
  return getRow<TemplateVersionRecord>(tx, kVersionById, id);
}
Result<std::optional<TemplateVersionRecord>> findTemplateVersion(Transaction& tx, TemplateVersionId id) {
  return findRow<TemplateVersionRecord>(tx, kVersionById, id);
}
Result<std::optional<TemplateVersionRecord>> findTemplateVersionByJob(Transaction& tx, JobId job) {
  return findRow<TemplateVersionRecord>(tx, kVersionByJob, job);
}
Result<std::optional<TemplateVersionRecord>> findTemplateVersionByName(Transaction& tx, TemplateId of,
                                                                       std::string_view name) {
  return findRow<TemplateVersionRecord>(tx, kVersionByName, of, name);
}
Result<std::optional<TemplateVersionRecord>> findPreviousTemplateVersion(Transaction& tx,
                                                                         const TemplateVersionRecord& version) {
  return findRow<TemplateVersionRecord>(tx, kPreviousVersion, version.templateId, version.createdAt);
}
Result<std::vector<TemplateVersionRecord>> listTemplateVersions(Transaction& tx, TemplateId of) {
  return listRows<TemplateVersionRecord>(tx, kVersions, of);
}
Result<bool> isTemplateVersionInUse(Transaction& tx, TemplateVersionId id) {
  TRY_ASSIGN(const auto found, findValue<std::int64_t>(tx, kVersionInUse, id, id));
  return found.has_value();
}

Result<void> insertTemplateVersionParameter(Transaction& tx, const TemplateVersionParameterRecord& parameter) {
  return insertRow(tx, kInsertParameter, parameter);
}
Result<std::vector<TemplateVersionParameterRecord>> listTemplateVersionParameters(Transaction& tx,
                                                                                  TemplateVersionId version) {
  return listRows<TemplateVersionParameterRecord>(tx, kParameters, version);
}
Result<void> insertPreset(Transaction& tx, const PresetRecord& preset,
                          const std::vector<PresetParameterRecord>& parameters) {
  TRY(insertRow(tx, kInsertPreset, preset));
  for (const auto& parameter : parameters) TRY(insertRow(tx, kInsertPresetParameter, parameter));
  return {};
}
Result<std::optional<PresetRecord>> findPreset(Transaction& tx, PresetId id) {
  return findRow<PresetRecord>(tx, kPreset, id);
}
Result<std::vector<PresetRecord>> listPresets(Transaction& tx, TemplateVersionId version) {
  return listRows<PresetRecord>(tx, kPresets, version);
}
Result<std::vector<PresetParameterRecord>> listPresetParameters(Transaction& tx, TemplateVersionId version) {
  return listRows<PresetParameterRecord>(tx, kPresetParameters, version);
}
Result<void> insertTemplateVersionVariable(Transaction& tx, const TemplateVersionVariableRecord& variable) {
  return insertRow(tx, kInsertVariable, variable);
}
Result<std::vector<TemplateVersionVariableRecord>> listTemplateVersionVariables(Transaction& tx,
                                                                                TemplateVersionId version) {
  return listRows<TemplateVersionVariableRecord>(tx, kVariables, version);
}

Result<void> setCachedPlan(Transaction& tx, TemplateVersionId version, std::string_view planJson) {
  return writeOne(tx, kPutPlan, version, planJson);
}
Result<std::string> getCachedPlan(Transaction& tx, TemplateVersionId version) {
  TRY_ASSIGN(auto plan, findValue<std::string>(tx, kGetPlan, version));
  return std::move(plan).value_or("");
}

}  // namespace berth::store

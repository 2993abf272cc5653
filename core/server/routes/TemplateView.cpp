#include "core/server/routes/TemplateView.h"

#include "core/server/routes/UserView.h"
#include "core/server/workspaces/View.h"
#include "core/store/Jobs.h"
#include "core/store/Organizations.h"
#include "core/store/Templates.h"

namespace berth::server {

using store::Transaction;

Result<api::Template> readTemplate(Transaction& tx, const store::TemplateRecord& record) {
  TRY_ASSIGN(const auto organization, store::findOrganization(tx, record.organizationId));
  TRY_ASSIGN(const auto creator, readMinimalUser(tx, record.createdBy));
  api::Template view;
  view.id = record.id;
  view.created_at = record.createdAt;
  view.updated_at = record.updatedAt;
  view.organization_id = record.organizationId;
  if (organization) {
    view.organization_name = organization->name;
    view.organization_display_name = organization->displayName;
    view.organization_icon = organization->icon;
  }
  view.name = record.name;
  view.display_name = record.displayName;
  view.provisioner = record.provisioner;
  view.active_version_id = record.activeVersionId;
  view.build_time_stats = {{"delete", {}}, {"start", {}}, {"stop", {}}};
  view.description = record.description;
  view.deprecated = !record.deprecationMessage.empty();
  view.deprecation_message = record.deprecationMessage;
  view.deleted = record.deleted;
  view.icon = record.icon;
  view.default_ttl_ms = record.defaultTtlMs;
  view.activity_bump_ms = record.activityBumpMs;
  view.time_til_autostop_notify_ms = record.timeTilAutostopNotifyMs;
  view.autostop_requirement = {.days_of_week = record.autostopDaysOfWeek, .weeks = record.autostopWeeks};
  view.autostart_requirement = {.days_of_week = record.autostartDaysOfWeek};
  view.created_by_id = record.createdBy;
  view.created_by_name = creator.username;
  view.allow_user_autostart = record.allowUserAutostart;
  view.allow_user_autostop = record.allowUserAutostop;
  view.allow_user_cancel_workspace_jobs = record.allowUserCancelWorkspaceJobs;
  view.failure_ttl_ms = record.failureTtlMs;
  view.time_til_dormant_ms = record.timeTilDormantMs;
  view.time_til_dormant_autodelete_ms = record.timeTilDormantAutodeleteMs;
  view.require_active_version = record.requireActiveVersion;
  view.max_port_share_level = record.maxPortShareLevel;
  view.cors_behavior = record.corsBehavior;
  view.use_classic_parameter_flow = record.useClassicParameterFlow;
  view.disable_module_cache = record.disableModuleCache;
  return view;
}

Result<api::TemplateVersion> readTemplateVersion(Transaction& tx, const store::TemplateVersionRecord& version,
                                                 WallTime now) {
  TRY_ASSIGN(const auto job, store::getJob(tx, version.jobId));
  api::TemplateVersion view;
  view.id = version.id;
  view.template_id = version.templateId.value_or(TemplateId());
  view.organization_id = version.organizationId;
  view.created_at = version.createdAt;
  view.updated_at = version.updatedAt;
  view.name = version.name;
  view.message = version.message;
  TRY_ASSIGN(view.job, readJob(tx, job));
  view.readme = version.readme;
  TRY_ASSIGN(view.created_by, readMinimalUser(tx, version.createdBy));
  view.archived = version.archived;
  if (job.status() == JobStatus::Pending) {
    TRY_ASSIGN(view.matched_provisioners, readMatchedProvisioners(tx, version.organizationId, now));
  }
  view.has_external_agent = version.hasExternalAgent;
  return view;
}

ApiResult<store::TemplateRecord> templateFor(Transaction& tx, const Actor& actor, TemplateId id, Action action) {
  TRY_ASSIGN(auto record, store::findTemplate(tx, id));
  if (!record || record->deleted) return apiFail(ApiError::notFound());
  TRY(authorize(actor, action, {ObjectKind::Template, {}}));
  return *std::move(record);
}

ApiResult<store::TemplateVersionRecord> templateVersionFor(Transaction& tx, const Actor& actor, TemplateVersionId id,
                                                           Action action) {
  TRY_ASSIGN(auto version, store::findTemplateVersion(tx, id));
  if (!version) return apiFail(ApiError::notFound());
  TRY(authorize(actor, action, {ObjectKind::Template, {}}));
  return *std::move(version);
}

}  // namespace berth::server

#include "core/server/routes/TemplateSettings.h"

#include <algorithm>

#include "core/api/Names.h"
#include "core/server/routes/UserRequests.h"

namespace berth::server {

namespace {

constexpr std::size_t kMaxDescription = 128;
constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kMaxAutostopWeeks = 16;
constexpr std::string_view kDays[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

class Problems {
 public:
  void check(bool isGood, std::string_view field, std::string_view detail) {
    if (!isGood) m_list.push_back({std::string(field), std::string(detail)});
  }
  ApiResult<void> asResult(std::string_view message) && {
    if (m_list.empty()) return {};
    return apiFail(ApiError(400, std::string(message), {}, std::move(m_list)));
  }

 private:
  std::vector<Validation> m_list;
};

bool areDays(const std::vector<std::string>& names) {
  return std::ranges::all_of(names, [](const auto& name) { return std::ranges::find(kDays, name) != std::end(kDays); });
}

void checkDurations(Problems& problems, const store::TemplateRecord& record) {
  const auto check = [&](std::int64_t value, std::string_view field, std::int64_t least) {
    problems.check(value == 0 || value >= least, field,
                   least == 1 ? "Must be a positive integer." : "Value must be at least one minute.");
  };
  check(record.defaultTtlMs, "default_ttl_ms", 1);
  check(record.activityBumpMs, "activity_bump_ms", 1);
  check(record.timeTilAutostopNotifyMs, "time_til_autostop_notify_ms", kMinute);
  check(record.failureTtlMs, "failure_ttl_ms", kMinute);
  check(record.timeTilDormantMs, "time_til_dormant_ms", kMinute);
  check(record.timeTilDormantAutodeleteMs, "time_til_dormant_autodelete_ms", kMinute);
}

ApiResult<void> checkSettings(const store::TemplateRecord& record, std::string_view message) {
  if (!api::isName(record.name)) return apiFail(fieldProblem("name", "template_name", record.name));
  if (!api::isDisplayName(record.displayName))
    return apiFail(fieldProblem("display_name", "template_display_name", record.displayName));
  if (record.description.size() >= kMaxDescription)
    return apiFail(fieldProblem("description", "lt", record.description));
  Problems problems;
  checkDurations(problems, record);
  problems.check(areDays(record.autostopDaysOfWeek), "autostop_requirement.days_of_week", "Unknown day of the week.");
  problems.check(areDays(record.autostartDaysOfWeek), "autostart_requirement.days_of_week", "Unknown day of the week.");
  problems.check(record.autostopWeeks >= 0 && record.autostopWeeks <= kMaxAutostopWeeks, "autostop_requirement.weeks",
                 std::format("Must be between 0 and {}.", kMaxAutostopWeeks));
  problems.check(record.maxPortShareLevel != SharingLevel::Unknown, "max_port_share_level", "Unknown share level.");
  problems.check(record.corsBehavior != CorsBehavior::Unknown, "cors_behavior", "Invalid CORS behavior.");
  return std::move(problems).asResult(message);
}

template <typename T>
void assign(T& field, const std::optional<T>& value) {
  if (value) field = *value;
}

}  // namespace

ApiResult<store::TemplateRecord> newTemplate(const api::CreateTemplateRequest& request) {
  store::TemplateRecord record;
  record.name = request.name;
  record.displayName = request.display_name.value_or("");
  record.description = request.description.value_or("");
  record.icon = request.icon.value_or("");
  record.activeVersionId = request.template_version_id;
  record.autostartDaysOfWeek.assign(std::begin(kDays), std::end(kDays));
  assign(record.defaultTtlMs, request.default_ttl_ms);
  assign(record.activityBumpMs, request.activity_bump_ms);
  assign(record.timeTilAutostopNotifyMs, request.time_til_autostop_notify_ms);
  if (request.autostop_requirement) {
    record.autostopDaysOfWeek = request.autostop_requirement->days_of_week;
    record.autostopWeeks = std::max<std::int64_t>(request.autostop_requirement->weeks, 1);
  }
  if (request.autostart_requirement) record.autostartDaysOfWeek = request.autostart_requirement->days_of_week;
  // A stock server takes the CLI's null for "no", whatever its documentation says.
  record.allowUserCancelWorkspaceJobs = request.allow_user_cancel_workspace_jobs.value_or(false);
  assign(record.allowUserAutostart, request.allow_user_autostart);
  assign(record.allowUserAutostop, request.allow_user_autostop);
  assign(record.failureTtlMs, request.failure_ttl_ms);
  assign(record.timeTilDormantMs, request.dormant_ttl_ms);
  assign(record.timeTilDormantAutodeleteMs, request.delete_ttl_ms);
  record.requireActiveVersion = request.require_active_version;
  record.maxPortShareLevel = request.max_port_share_level.value_or(SharingLevel::Public);
  record.corsBehavior = request.cors_behavior.value_or(CorsBehavior::Simple);
  assign(record.useClassicParameterFlow, request.template_use_classic_parameter_flow);
  TRY(checkSettings(record, "Invalid create template request."));
  return record;
}

ApiResult<void> applyTemplateChanges(store::TemplateRecord& record, const api::UpdateTemplateMeta& changes) {
  if (changes.name && !changes.name->empty()) record.name = *changes.name;
  assign(record.displayName, changes.display_name);
  assign(record.description, changes.description);
  assign(record.icon, changes.icon);
  assign(record.defaultTtlMs, changes.default_ttl_ms);
  assign(record.activityBumpMs, changes.activity_bump_ms);
  assign(record.timeTilAutostopNotifyMs, changes.time_til_autostop_notify_ms);
  if (changes.autostop_requirement) {
    record.autostopDaysOfWeek = changes.autostop_requirement->days_of_week;
    record.autostopWeeks = changes.autostop_requirement->weeks;
  }
  if (changes.autostart_requirement) record.autostartDaysOfWeek = changes.autostart_requirement->days_of_week;
  assign(record.allowUserAutostart, changes.allow_user_autostart);
  assign(record.allowUserAutostop, changes.allow_user_autostop);
  assign(record.allowUserCancelWorkspaceJobs, changes.allow_user_cancel_workspace_jobs);
  assign(record.failureTtlMs, changes.failure_ttl_ms);
  assign(record.timeTilDormantMs, changes.time_til_dormant_ms);
  assign(record.timeTilDormantAutodeleteMs, changes.time_til_dormant_autodelete_ms);
  assign(record.requireActiveVersion, changes.require_active_version);
  assign(record.deprecationMessage, changes.deprecation_message);
  assign(record.maxPortShareLevel, changes.max_port_share_level);
  assign(record.corsBehavior, changes.cors_behavior);
  assign(record.useClassicParameterFlow, changes.use_classic_parameter_flow);
  assign(record.disableModuleCache, changes.disable_module_cache);
  return checkSettings(record, "Invalid request to update template metadata!");
}

}  // namespace berth::server

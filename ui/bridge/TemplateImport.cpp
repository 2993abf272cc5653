#include "ui/bridge/TemplateImport.h"

#include <algorithm>
#include <format>

namespace berth::ui {

namespace {

Task<Result<api::TemplateExample>> findExample(client::Session& session, std::string id) {
  CO_TRY_ASSIGN(auto examples, co_await session.templateExamples());
  const auto found = std::ranges::find(examples, id, &api::TemplateExample::id);
  if (found == examples.end()) co_return fail(ErrorCode::NotFound, std::format("no template '{}' comes along", id));
  co_return std::move(*found);
}

// The stream ends with the job, well or not.
Task<Result<void>> awaitImport(client::Session& session, TemplateVersionId version,
                               std::function<void(const std::string&)> onStage) {
  CO_TRY_ASSIGN(const auto log, co_await session.followTemplateVersionLogs(version));
  std::string stage;
  while (auto line = co_await log->next()) {
    if (line->stage == stage) continue;
    stage = line->stage;
    onStage(stage);
  }
  CO_TRY_ASSIGN(const auto ended, co_await session.templateVersion(version));
  if (ended.job.status == JobStatus::Succeeded) co_return Result<void>();
  co_return fail(ErrorCode::Unavailable, ended.job.error.value_or("the import did not end well"));
}

}  // namespace

Task<Result<void>> importExample(client::Session& session, std::string exampleId,
                                 std::function<void(const std::string& stage)> onStage) {
  CO_TRY_ASSIGN(const auto example, co_await findExample(session, exampleId));
  CO_TRY_ASSIGN(const auto organizations, co_await session.myOrganizations());
  if (organizations.empty()) co_return fail(ErrorCode::PermissionDenied, "this user is in no organization");
  const OrganizationId organization = organizations.front().id;
  if (co_await session.templateByName(organization, exampleId)) co_return Result<void>();

  CO_TRY_ASSIGN(const auto version,
                co_await session.createTemplateVersion(
                    organization, {.storage_method = "file", .example_id = exampleId, .provisioner = "terraform"}));
  CO_TRY(co_await awaitImport(session, version.id, std::move(onStage)));
  auto made = co_await session.createTemplate(organization, {.name = exampleId,
                                                             .display_name = example.name,
                                                             .description = example.description,
                                                             .icon = example.icon,
                                                             .template_version_id = version.id});
  if (!made && made.error().code() != ErrorCode::AlreadyExists) co_return fail(made.error());
  co_return Result<void>();
}

}  // namespace berth::ui

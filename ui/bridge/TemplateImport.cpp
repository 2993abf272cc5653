#include "ui/bridge/TemplateImport.h"

#include <format>

#include "core/client/Examples.h"

namespace berth::ui {

namespace {

// The stream ends with the job, well or not.
Task<Result<void>> awaitImport(client::Session& session, TemplateVersionId version,
                               const std::function<void(const std::string&)>& onStage) {
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
  CO_TRY_ASSIGN(auto example, co_await client::findExample(session, exampleId));
  if (!example) co_return fail(ErrorCode::NotFound, std::format("no template '{}' comes along", exampleId));
  CO_TRY_ASSIGN(const auto organizations, co_await session.myOrganizations());
  if (organizations.empty()) co_return fail(ErrorCode::PermissionDenied, "this user is in no organization");
  const OrganizationId organization = organizations.front().id;
  if (co_await session.templateByName(organization, exampleId)) co_return Result<void>();

  const auto import = [&](api::CreateTemplateVersionRequest request) -> Task<Result<TemplateVersionId>> {
    CO_TRY_ASSIGN(const auto version, co_await session.createTemplateVersion(organization, std::move(request)));
    CO_TRY(co_await awaitImport(session, version.id, onStage));
    co_return version.id;
  };
  const auto made = co_await client::addExample(session, organization, *std::move(example), import);
  const bool isThere = made || made.error().code() == ErrorCode::Conflict;  // somebody else was faster
  if (!isThere) co_return fail(made.error());
  co_return Result<void>();
}

}  // namespace berth::ui

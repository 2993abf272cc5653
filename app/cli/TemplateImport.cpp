#include "app/cli/TemplateImport.h"

#include <format>

#include "app/cli/Terminal.h"

namespace berth::cli {

namespace {

// Asks for the variables that the import missed; false when there is nothing to ask.
Task<Result<bool>> askForVariables(client::Session& session, TemplateVersionId version, ParameterMap& values) {
  CO_TRY_ASSIGN(const auto variables, co_await session.templateVersionVariables(version));
  bool hasAsked = false;
  for (const auto& variable : variables) {
    if (!variable.required || values.contains(variable.name)) continue;
    const std::string flag = std::format("--variable {}=VALUE", variable.name);
    printStatus(std::format("The template needs a value for the variable {}. {}", variable.name, variable.description));
    if (variable.sensitive) {
      CO_TRY_ASSIGN(const auto secret, askSecret(variable.name, flag));
      values[variable.name] = secret.reveal();
    } else {
      CO_TRY_ASSIGN(values[variable.name], ask(variable.name, "", flag));
    }
    hasAsked = true;
  }
  co_return hasAsked;
}

}  // namespace

Task<Result<api::TemplateVersion>> importVersion(Context& context, client::Session& session,
                                                 OrganizationId organization, api::CreateTemplateVersionRequest request,
                                                 ParameterMap variables, Shown shown) {
  while (true) {
    std::vector<api::ParameterValue> values;
    for (const auto& [name, value] : variables) values.push_back({name, value});
    request.user_variable_values = api::omitEmpty(std::move(values));
    CO_TRY_ASSIGN(const auto version, co_await session.createTemplateVersion(organization, request));
    const auto imported = co_await watchJob(context, versionJob(session, version.id), shown);
    CO_TRY_ASSIGN(auto done, co_await session.templateVersion(version.id));
    if (imported) co_return std::move(done);
    if (done.job.error_code != "REQUIRED_TEMPLATE_VARIABLES") co_return fail(imported.error().in("import"));
    CO_TRY_ASSIGN(const bool hasAsked, co_await askForVariables(session, version.id, variables));
    if (!hasAsked) co_return fail(imported.error().in("import"));
  }
}

Task<Result<std::optional<api::TemplateExample>>> findExample(client::Session& session, std::string name) {
  auto examples = co_await session.templateExamples();
  if (!examples) {
    // Those who may not make templates need not know of them.
    const bool mayNot =
        examples.error().code() == ErrorCode::NotFound || examples.error().code() == ErrorCode::PermissionDenied;
    if (mayNot) co_return std::nullopt;
    co_return fail(examples.error());
  }
  for (auto& example : *examples)
    if (example.id == name) co_return std::move(example);
  co_return std::nullopt;
}

Task<Result<api::Template>> addExample(Context& context, client::Session& session, OrganizationId organization,
                                       api::TemplateExample example) {
  api::CreateTemplateVersionRequest version;
  version.storage_method = "file";
  version.example_id = example.id;
  version.provisioner = "terraform";
  CO_TRY_ASSIGN(const auto imported,
                co_await importVersion(context, session, organization, std::move(version), {}, Shown::OnlyFailures));
  api::CreateTemplateRequest request;
  request.name = example.id;
  request.display_name = api::omitEmpty(std::move(example.name));
  request.description = api::omitEmpty(std::move(example.description));
  request.icon = api::omitEmpty(std::move(example.icon));
  request.template_version_id = imported.id;
  co_return co_await session.createTemplate(organization, std::move(request));
}

}  // namespace berth::cli

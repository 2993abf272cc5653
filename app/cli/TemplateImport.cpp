#include "app/cli/TemplateImport.h"

#include <format>

#include "app/cli/Terminal.h"
#include "core/client/Examples.h"
#include "core/provision/Parameters.h"

namespace berth::cli {

namespace {

std::optional<std::string> problemOf(const api::TemplateVersionVariable& variable, const std::string& answer) {
  store::TemplateVersionParameterRecord typed;
  if (variable.type == "number") typed.type = ParameterType::Number;
  if (variable.type == "bool") typed.type = ParameterType::Bool;
  if (typed.type == ParameterType::String) return std::nullopt;
  if (!answer.empty() && provision::checkParameterValue(typed, answer).empty()) return std::nullopt;
  return typed.type == ParameterType::Bool ? "It takes true or false." : "It takes a number.";
}

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
      const auto check = [&variable](const std::string& answer) { return problemOf(variable, answer); };
      CO_TRY_ASSIGN(values[variable.name], ask(variable.name, "", flag, check));
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

Task<Result<api::Template>> addExample(Context& context, client::Session& session, OrganizationId organization,
                                       api::TemplateExample example) {
  const auto import = [&](api::CreateTemplateVersionRequest request) -> Task<Result<TemplateVersionId>> {
    CO_TRY_ASSIGN(const auto version,
                  co_await importVersion(context, session, organization, std::move(request), {}, Shown::OnlyFailures));
    co_return version.id;
  };
  co_return co_await client::addExample(session, organization, std::move(example), import);
}

}  // namespace berth::cli

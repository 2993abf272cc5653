// The import half of JobRunner: what a template declares, found by planning a start and a stop.
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "core/base/Log.h"
#include "core/provision/JobRunner.h"

namespace berth::provision {

namespace {

constexpr std::string_view kParsing = "Parsing template parameters";
// Historically named the other way round; clients know them so.
constexpr std::string_view kPlanningStart = "Detecting persistent resources";
constexpr std::string_view kPlanningStop = "Detecting ephemeral resources";
constexpr std::string_view kCleaningUp = "Cleaning Up";

WallTime wallNow() { return SystemClock().wallNow(); }

// An import knows no workspace: the provider's own defaults stand in.
WorkspaceEnvironment importEnvironment(const std::string& accessUrl, Transition transition) {
  WorkspaceEnvironment environment;
  environment.accessUrl = accessUrl;
  environment.transition = transition;
  environment.ownerGroups = {"Everyone"};
  return environment;
}

Result<void> checkExternalAuths(const std::vector<ExternalAuth>& auths) {
  for (const auto& auth : auths)
    if (!auth.isOptional)
      return fail(ErrorCode::InvalidInput, std::format("external auth provider \"{}\" is not configured", auth.id));
  return {};
}

Result<void> checkVariables(const std::vector<store::TemplateVersionVariableRecord>& variables) {
  std::string missing;
  for (const auto& variable : variables)
    if (variable.required && variable.value.empty()) missing += (missing.empty() ? "" : ", ") + variable.name;
  if (missing.empty()) return {};
  return fail(ErrorCode::InvalidInput, std::format("required template variables need values: {}", missing));
}

}  // namespace

JobRunner::Variables JobRunner::variablesOf(const TemplateFacts& facts) const {
  Variables variables;
  for (const auto& declared : facts.variables) {
    store::TemplateVersionVariableRecord variable;
    variable.templateVersionId = *m_job.input.templateVersionId;
    variable.position = static_cast<std::int64_t>(variables.size());
    variable.name = declared.name;
    variable.description = declared.description;
    variable.type = declared.type;
    variable.defaultValue = variable.value = declared.defaultValue;
    variable.required = declared.isRequired;
    variable.sensitive = declared.isSensitive;
    for (const auto& given : m_job.input.userVariableValues)
      if (given.name == declared.name) variable.value = given.value;
    variables.push_back(std::move(variable));
  }
  return variables;
}

Task<Result<ImportResult>> JobRunner::planBoth(Prepared& prepared, std::vector<ArchiveEntry> files,
                                               std::vector<std::string> variables) {
  using asio::experimental::awaitable_operators::operator&&;
  // Both plans at once, in directories of their own; the second one's lines wait for the first one's end.
  CO_TRY_ASSIGN(const auto stopDirectory, m_directory.create(files, "stop"));
  CO_TRY(PreparedDirectories::copy(prepared.directory, stopDirectory));
  const auto environmentFor = [&](Transition transition) {
    return workspaceEnvironment(m_settings->environment, importEnvironment(m_settings->accessUrl, transition), {}, {});
  };
  BufferedLog stopLog;
  auto [start, stop] = co_await (plan(prepared.directory, prepared.facts.locals, environmentFor(Transition::Start),
                                      variables, std::string(kPlanningStart), *m_log) &&
                                 plan(stopDirectory, prepared.facts.locals, environmentFor(Transition::Stop), variables,
                                      std::string(kPlanningStop), stopLog));
  if (!start) co_return std::unexpected(start.error());
  m_log->begin(kPlanningStop);
  stopLog.moveTo(*m_log);
  if (!stop) co_return std::unexpected(stop.error());
  co_return ImportResult{std::move(start->derived), std::move(stop->derived), std::move(start->json)};
}

Task<Result<void>> JobRunner::runImport() {
  if (!m_job.input.templateVersionId) co_return fail(ErrorCode::Internal, "the job names no template version");
  const auto job = m_job;
  const auto version = *m_job.input.templateVersionId;
  CO_TRY_ASSIGN(const auto files,
                co_await m_store.run([job](store::Transaction& tx) { return loadFiles(tx, job.fileId); }));
  CO_TRY_ASSIGN(auto prepared, co_await prepare(files, false));

  m_log->begin(kParsing);
  const auto variables = variablesOf(prepared.facts);
  CO_TRY(co_await m_store.run([version, readme = prepared.facts.readme, variables](store::Transaction& tx) {
    return storeTemplateFacts(tx, version, readme, variables, wallNow());
  }));
  CO_TRY(checkVariables(variables));

  m_log->begin(kPlanningStart);
  auto planned = co_await planBoth(prepared, files, variableArguments(variables));
  if (!planned && prepared.wasRestored && asksForInit(planned.error().message())) {
    CO_TRY(co_await repair(prepared));
    planned = co_await planBoth(prepared, files, variableArguments(variables));
  }
  if (!planned) co_return std::unexpected(planned.error());
  CO_TRY(checkExternalAuths(planned->start.externalAuths));
  m_log->begin(kCleaningUp);
  co_await m_log->flush();
  co_return co_await m_store.run([job, version, result = std::move(*planned)](store::Transaction& tx) {
    return completeImport(tx, job, version, result, wallNow());
  });
}

}  // namespace berth::provision

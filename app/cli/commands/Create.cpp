#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/Durations.h"
#include "app/cli/JobWatcher.h"
#include "app/cli/Organizations.h"
#include "app/cli/TemplateImport.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceActions.h"
#include "app/cli/WorkspaceName.h"
#include "core/client/Examples.h"

namespace berth::cli {

namespace {

constexpr const char* kQuestion = "Create the workspace?";

struct CreateOptions {
  std::string workspace, templateName, versionName, organization;
  std::string copyFrom, preset, startAt;
  std::string automaticUpdates = "never";
  std::chrono::milliseconds stopAfter{};
  ParameterOptions parameters;
  bool isSure = false;
  bool isLeftAlone = false;  // --no-wait
};

struct Origin {
  TemplateVersionId version;
  ParameterMap values;  // of the workspace that is copied
};

constexpr std::string_view kNoTemplates =
    "there are no templates yet; take the one for Docker that comes with the server with --template docker, or make "
    "one with `berth templates push`";

std::string namesOf(const std::vector<api::Template>& templates) {
  std::string names;
  for (const auto& each : templates) names += (names.empty() ? "" : ", ") + each.name;
  return names;
}

// What to take instead of a template that is not there (any more).
Task<Result<api::Template>> refuseUnknown(client::Session& session, std::string name) {
  CO_TRY_ASSIGN(const auto templates, co_await session.templates());
  const std::string others = templates.empty() ? std::string(kNoTemplates) : "there are: " + namesOf(templates);
  co_return fail(ErrorCode::NotFound, std::format("there is no template \"{}\"; {}", name, others));
}

// A template that is not there, but comes with the server, is added first: so a new server needs no other command.
Task<Result<api::Template>> addMissingTemplate(Context& context, client::Session& session,
                                               const CreateOptions& options) {
  CO_TRY_ASSIGN(auto example, co_await client::findExample(session, options.templateName));
  if (!example) co_return co_await refuseUnknown(session, options.templateName);
  CO_TRY_ASSIGN(const auto organization, co_await chooseOrganization(session, options.organization));
  printStatus(std::format("Adding the template {}, which comes with the server ...", example->id));
  co_return co_await addExample(context, session, organization.id, *std::move(example));
}

Result<api::Template> askForTemplate(std::vector<api::Template> templates) {
  std::erase_if(templates, [](const auto& each) { return each.deprecated; });
  if (templates.empty())
    return fail(ErrorCode::NotFound, "all templates are deprecated; ask who keeps them, or name one with --template");
  std::ranges::sort(templates, std::greater(), &api::Template::active_user_count);
  printStatus("Templates:");
  for (const auto& each : templates)
    printStatus(std::format("  {}  {}", styled(Style::Bold, each.name), each.description));
  const auto find = [&templates](const std::string& name) {
    return std::ranges::find(templates, name, &api::Template::name);
  };
  const auto check = [&](const std::string& name) -> std::optional<std::string> {
    if (find(name) != templates.end()) return std::nullopt;
    return std::format("There is no template \"{}\". Choose one of: {}.", name, namesOf(templates));
  };
  TRY_ASSIGN(const auto name, ask("Template", templates.front().name, "--template NAME", check));
  return std::move(*find(name));
}

Task<Result<api::Template>> chooseTemplate(Context& context, client::Session& session, const CreateOptions& options) {
  if (!options.templateName.empty()) CO_TRY(checkNewName(options.templateName, "template"));
  const std::string query = options.templateName.empty() ? "" : std::format("exact_name:\"{}\"", options.templateName);
  CO_TRY_ASSIGN(auto templates, co_await session.templates(query));
  std::erase_if(templates, [&options](const auto& each) {
    return !options.organization.empty() && each.organization_name != options.organization &&
           each.organization_id.toString() != options.organization;
  });
  if (templates.size() == 1) co_return std::move(templates.front());
  if (!options.templateName.empty() && templates.empty())
    co_return co_await addMissingTemplate(context, session, options);
  if (!options.templateName.empty())
    co_return fail(ErrorCode::InvalidInput, "several organizations have a template of this name; choose with --org");
  if (templates.empty()) co_return fail(ErrorCode::NotFound, std::string(kNoTemplates));
  co_return askForTemplate(std::move(templates));
}

Task<Result<Origin>> chooseOrigin(Context& context, client::Session& session, const CreateOptions& options) {
  if (!options.copyFrom.empty()) {
    CO_TRY_ASSIGN(const auto source, co_await findWorkspace(session, options.copyFrom));
    CO_TRY_ASSIGN(const auto values, co_await session.buildParameters(source.latest_build.id));
    Origin origin{.version = source.latest_build.template_version_id, .values = {}};
    for (const auto& [name, value] : values) origin.values[name] = value;
    co_return origin;
  }
  CO_TRY_ASSIGN(const auto chosen, co_await chooseTemplate(context, session, options));
  if (chosen.deprecated)
    co_return fail(ErrorCode::Conflict,
                   std::format("the template {} is deprecated, and no new workspace may be made of it: {}", chosen.name,
                               chosen.deprecation_message));
  if (options.versionName.empty()) co_return Origin{.version = chosen.active_version_id, .values = {}};
  const auto version = co_await session.templateVersionByName(chosen.id, options.versionName);
  if (version) co_return Origin{.version = version->id, .values = {}};
  if (version.error().code() != ErrorCode::NotFound) co_return fail(version.error());
  co_return fail(ErrorCode::NotFound,
                 std::format("the template {0} has no version \"{1}\"; see `berth templates versions list {0}`",
                             chosen.name, options.versionName));
}

// The preset asked for, or the template's default one.
Result<std::optional<api::Preset>> choosePreset(std::vector<api::Preset> presets, const std::string& name) {
  if (name == "none") return std::nullopt;
  std::string names;
  for (auto& preset : presets) {
    if (name.empty() ? preset.Default : preset.Name == name) return std::move(preset);
    names += (names.empty() ? "" : ", ") + preset.Name;
  }
  if (name.empty()) return std::nullopt;
  return fail(ErrorCode::NotFound,
              std::format("there is no preset \"{}\"; the template has: {}", name, names.empty() ? "none" : names));
}

Result<WorkspaceName> parseNewName(const std::string& text) {
  TRY_ASSIGN(auto name, parseWorkspaceName(text));
  TRY(checkNewName(name.workspace, "workspace"));
  return name;
}

std::optional<std::string> problemOfName(const std::string& text) {
  const auto name = parseNewName(text);
  return name ? std::nullopt : std::optional(name.error().message());
}

Task<Result<void>> requireNewName(client::Session& session, const WorkspaceName& name) {
  const auto existing = co_await session.workspaceByName(name.owner, name.workspace);
  if (existing)
    co_return fail(ErrorCode::AlreadyExists, std::format("a workspace already exists named \"{}\"", name.workspace));
  if (existing.error().code() != ErrorCode::NotFound) co_return fail(existing.error());
  co_return Result<void>();
}

Task<Result<void>> requireExternalAuth(client::Session& session, TemplateVersionId version) {
  CO_TRY_ASSIGN(const auto providers, co_await session.externalAuth(version));
  for (const auto& provider : providers)
    if (!provider.authenticated && !provider.optional.value_or(false))
      co_return fail(ErrorCode::Conflict,
                     std::format("the template needs you to be signed in with {}: open {} and try again",
                                 provider.display_name, provider.authenticate_url));
  co_return Result<void>();
}

Task<Result<int>> create(Context& context, CreateOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  if (options.workspace.empty()) {
    CO_TRY_ASSIGN(options.workspace, ask("Name of the workspace", "", "it as the argument", problemOfName));
  }
  CO_TRY_ASSIGN(const auto name, parseNewName(options.workspace));
  CO_TRY(co_await requireNewName(*session, name));
  CO_TRY_ASSIGN(auto origin, co_await chooseOrigin(context, *session, options));
  CO_TRY_ASSIGN(const auto version, co_await session->templateVersion(origin.version));
  CO_TRY_ASSIGN(auto presets, co_await session->presets(version.id));
  CO_TRY_ASSIGN(const auto preset, choosePreset(std::move(presets), options.preset));

  ParameterQuestion question{.options = &options.parameters, .last = std::move(origin.values)};
  if (preset)
    for (const auto& each : preset->Parameters) question.given[each.Name] = each.Value;
  CO_TRY_ASSIGN(const auto flags, givenParameters(options.parameters));
  for (const auto& [key, value] : flags) question.given[key] = value;

  CO_TRY_ASSIGN(const auto itsTemplate, co_await session->templateById(version.template_id.value_or(TemplateId())));
  CO_TRY_ASSIGN(const auto owner, co_await session->user(name.owner));
  CO_TRY_ASSIGN(const auto parameters,
                co_await resolveParameters(*session, version, itsTemplate.use_classic_parameter_flow, owner.id,
                                           std::move(question)));
  CO_TRY(co_await requireExternalAuth(*session, version.id));
  if (!options.isSure) {
    CO_TRY(checkConfirmable(kQuestion));
    CO_TRY(co_await dryRun(context, *session, version, name.workspace, parameters));
    CO_TRY(confirm(kQuestion));
  }

  api::CreateWorkspaceRequest request;
  request.template_version_id = version.id;
  request.name = name.workspace;
  request.autostart_schedule = api::omitEmpty(options.startAt);
  if (options.stopAfter.count() > 0) request.ttl_ms = options.stopAfter.count();
  request.rich_parameter_values = api::omitEmpty(parameters);
  request.automatic_updates = enumFromText<AutomaticUpdates>(options.automaticUpdates);
  if (preset) request.template_version_preset_id = preset->ID;
  CO_TRY_ASSIGN(const auto workspace, co_await session->createWorkspace(name.owner, std::move(request)));
  if (options.isLeftAlone) {
    print(std::format("The workspace {} is being built.", styled(Style::Bold, workspace.name)));
    co_return 0;
  }
  CO_TRY(co_await watchJob(context, buildJob(*session, workspace.latest_build), Shown::Everything));
  print(std::format("\nThe workspace {} has been created. Connect with: berth ssh {}",
                    styled(Style::Bold, workspace.name), workspace.name));
  co_return 0;
}

}  // namespace

void registerCreate(const Command& root) {
  const auto options = std::make_shared<CreateOptions>();
  const auto command = root.add("create", "Create a workspace");
  command.positional("workspace", options->workspace, "Its name, or owner/name", false)
      .option("--template,-t", options->templateName, "Name of the template", "CODER_TEMPLATE_NAME")
      .option("--template-version", options->versionName, "A version other than the active one",
              "CODER_TEMPLATE_VERSION")
      .option("--org,-O", options->organization, "Organization, by name or id", "CODER_ORGANIZATION")
      .option("--preset", options->preset, "Preset of parameter values; \"none\" for none", "CODER_PRESET_NAME")
      .option("--copy-parameters-from", options->copyFrom, "Workspace whose template and parameters to take",
              "CODER_WORKSPACE_COPY_PARAMETERS_FROM")
      .option("--start-at", options->startAt, "Cron schedule of automatic starts", "CODER_WORKSPACE_START_AT")
      .option("--stop-after", options->stopAfter, "Stop so long after a start, for example 8h",
              "CODER_WORKSPACE_STOP_AFTER")
      .choice("--automatic-updates", options->automaticUpdates, {"never", "always"},
              "Take new template versions at each start", "CODER_WORKSPACE_AUTOMATIC_UPDATES")
      .flag("--no-wait", options->isLeftAlone, "Do not watch the build", "CODER_CREATE_NO_WAIT")
      .flag("--yes,-y", options->isSure,
            "Do not plan first and ask for confirmation; --use-parameter-defaults answers the rest")
      .examples({"berth create quickstart --template docker -y", "berth create dev -t docker --parameter cpus=4",
                 "berth create alice/dev --template docker"});
  declareParameterOptions(command, options->parameters);
  command.onRun([options](Context& context) { return create(context, *options); });
}

}  // namespace berth::cli

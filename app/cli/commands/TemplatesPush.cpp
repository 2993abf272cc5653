#include <filesystem>
#include <format>
#include <iostream>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/Organizations.h"
#include "app/cli/ParameterInput.h"
#include "app/cli/TemplateImport.h"
#include "app/cli/Terminal.h"
#include "app/cli/WorkspaceActions.h"
#include "app/cli/WorkspaceName.h"
#include "core/api/Names.h"
#include "core/provision/Archive.h"

namespace berth::cli {

namespace {

struct PushOptions {
  std::string name, organization, message, versionName;
  std::string directory = ".";
  std::vector<std::string> variables, tags;
  bool activates = true;
  bool ignoresLockFile = false;
  bool isSure = false;
};

Result<std::string> readArchive(const PushOptions& options) {
  if (options.directory == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  TRY_ASSIGN(auto entries, provision::collectTemplate(options.directory));
  const bool hasLock = std::ranges::any_of(entries, [](const auto& e) { return e.path == ".terraform.lock.hcl"; });
  if (!hasLock && !options.ignoresLockFile)
    printStatus(
        "warning: no .terraform.lock.hcl in the directory: every build may take other provider versions. Run "
        "`tofu init` there and push again.");
  TRY_ASSIGN(const auto tar, provision::writeTar(std::move(entries)));
  return std::string(asText(tar));
}

// A server says NotFound for a template that is to be made.
Task<Result<std::optional<api::Template>>> findTemplate(client::Session& session, OrganizationId organization,
                                                        std::string name) {
  auto found = co_await session.templateByName(organization, std::move(name));
  if (found) co_return std::move(*found);
  if (found.error().code() == ErrorCode::NotFound) co_return std::nullopt;
  co_return fail(found.error());
}

Task<Result<std::map<std::string, std::string>>> chooseTags(client::Session& session, const PushOptions& options,
                                                            const std::optional<api::Template>& existing) {
  const bool clears = options.tags.size() == 1 && options.tags.front() == "-";
  if (!clears && !options.tags.empty()) co_return pairsOf(options.tags, "--provisioner-tag");
  if (clears || !existing) co_return ParameterMap();
  CO_TRY_ASSIGN(auto active, co_await session.templateVersion(existing->active_version_id));
  co_return std::move(active.job.tags);
}

Task<Result<void>> activate(client::Session& session, OrganizationId organization, const PushOptions& options,
                            const std::optional<api::Template>& existing, TemplateVersionId version) {
  if (existing) {
    if (!options.activates) co_return Result<void>();
    co_return co_await session.setActiveVersion(existing->id, version);
  }
  api::CreateTemplateRequest request;
  request.name = options.name;
  request.template_version_id = version;
  const auto created = co_await session.createTemplate(organization, std::move(request));
  if (!created) co_return fail(created.error());
  co_return Result<void>();
}

std::string defaultName(const PushOptions& options) {
  std::error_code ignored;
  return std::filesystem::canonical(options.directory, ignored).filename().string();
}

// Before anything is sent: the import takes its time, and the server looks at the name only behind it.
Result<void> checkNames(const PushOptions& options) {
  TRY(checkNewName(options.name, "template"));
  if (options.versionName.empty() || api::isTemplateVersionName(options.versionName)) return {};
  return fail(ErrorCode::InvalidInput,
              std::format("\"{}\" cannot be the name of a version (--name): take letters and digits with single dots, "
                          "dashes or underscores between them, at most {}",
                          options.versionName, api::kMaxVersionNameBytes));
}

Task<Result<int>> push(Context& context, PushOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  if (options.name.empty()) options.name = defaultName(options);
  if (options.name.empty())
    co_return fail(ErrorCode::InvalidInput, "name the template: berth templates push NAME -d DIRECTORY");
  CO_TRY(checkNames(options));
  CO_TRY_ASSIGN(auto archive, readArchive(options));
  CO_TRY_ASSIGN(const auto organization, co_await chooseOrganization(*session, options.organization));
  CO_TRY_ASSIGN(const auto existing, co_await findTemplate(*session, organization.id, options.name));
  if (!options.isSure)
    CO_TRY(confirm(
        std::format("{} the template {} from {}?", existing ? "Update" : "Create", options.name, options.directory)));
  CO_TRY_ASSIGN(auto tags, co_await chooseTags(*session, options, existing));
  CO_TRY_ASSIGN(auto variables, pairsOf(options.variables, "--variable"));
  CO_TRY_ASSIGN(const auto file, co_await session->uploadFile(std::move(archive)));

  api::CreateTemplateVersionRequest request;
  request.name = api::omitEmpty(options.versionName);
  request.message = api::omitEmpty(options.message.empty() ? std::string("Uploaded from the CLI") : options.message);
  if (existing) request.template_id = existing->id;
  request.storage_method = "file";
  request.file_id = file;
  request.provisioner = "terraform";
  request.tags = std::move(tags);
  CO_TRY_ASSIGN(const auto version,
                co_await importVersion(context, *session, organization.id, std::move(request), std::move(variables)));
  CO_TRY_ASSIGN(const auto resources, co_await session->templateVersionResources(version.id));
  print(describeResources(resources, false));
  CO_TRY(co_await activate(*session, organization.id, options, existing, version.id));
  print(std::format("\nThe template {} has been {}. Make a workspace with: berth create --template {}",
                    styled(Style::Bold, options.name), existing ? "updated" : "created", options.name));
  co_return 0;
}

}  // namespace

void registerTemplatesPush(const Command& templates) {
  const auto options = std::make_shared<PushOptions>();
  const auto command = templates.add("push", "Create or update a template from a directory");
  command.positional("template", options->name, "Its name; the directory's by default", false)
      .option("--directory,-d", options->directory, "Directory with the .tf files; - reads a tar from standard input")
      .option("--org,-O", options->organization, "Organization, by name or id", "CODER_ORGANIZATION")
      .option("--message,-m", options->message, "What changed")
      .option("--name", options->versionName, "Name of the version; made up by default")
      .list("--variable,--var", options->variables, "Value of a Terraform variable as name=value")
      .list("--provisioner-tag", options->tags, "Tag as name=value for the worker that builds; - for none")
      .flag("--activate", options->activates, "Make this the active version (default true)")
      .flag("--ignore-lockfile", options->ignoresLockFile, "Do not warn of a missing .terraform.lock.hcl")
      .flag("--yes,-y", options->isSure, "Do not ask")
      .examples(
          {"berth templates push docker -d ./docker -y", "berth templates push docker -d ./docker -m \"More RAM\""});
  command.onRun([options](Context& context) { return push(context, *options); });
}

}  // namespace berth::cli

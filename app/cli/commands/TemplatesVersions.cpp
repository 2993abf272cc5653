#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/Durations.h"
#include "app/cli/Json.h"
#include "app/cli/Organizations.h"
#include "app/cli/Table.h"
#include "app/cli/Terminal.h"

namespace berth::cli {

namespace {

struct VersionsOptions {
  std::string name, organization;
  std::string output = "table";
  bool showsArchived = false;
  std::vector<std::string> columns = {"name", "created at", "created by", "status", "active"};
};

struct PromoteOptions {
  std::string templateName, versionName, organization;
};

std::vector<Column<api::TemplateVersion>> allColumns(TemplateVersionId active) {
  using V = api::TemplateVersion;
  return {{"id", [](const V& it) { return it.id.toString(); }},
          {"name", [](const V& it) { return it.name; }},
          {"created at", [](const V& it) { return formatRfc3339(it.created_at); }},
          {"created by", [](const V& it) { return it.created_by.username; }},
          {"status", [](const V& it) { return std::string(toString(it.job.status)); }},
          {"active", [active](const V& it) { return it.id == active ? "Active" : ""; }},
          {"archived", [](const V& it) { return it.archived ? "Archived" : ""; }}};
}

Task<Result<api::Template>> findTemplate(client::Session& session, std::string organization, std::string name) {
  CO_TRY_ASSIGN(const auto chosen, co_await chooseOrganization(session, std::move(organization)));
  auto found = co_await session.templateByName(chosen.id, name);
  if (!found) co_return fail(found.error().in(std::format("template \"{}\"", name)));
  co_return found;
}

Task<Result<int>> list(Context& context, VersionsOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto found, co_await findTemplate(*session, options.organization, options.name));
  CO_TRY_ASSIGN(const auto columns, chooseColumns(allColumns(found.active_version_id), options.columns));
  CO_TRY_ASSIGN(const auto versions, co_await session->templateVersions(found.id, options.showsArchived));
  print(options.output == "json" ? indentJson(api::toJson(versions)) : formatTable(columns, versions));
  co_return 0;
}

Task<Result<int>> promote(Context& context, PromoteOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto found, co_await findTemplate(*session, options.organization, options.templateName));
  CO_TRY_ASSIGN(const auto version, co_await session->templateVersionByName(found.id, options.versionName));
  CO_TRY(co_await session->setActiveVersion(found.id, version.id));
  print(std::format("{} is now the active version of {}.", version.name, found.name));
  co_return 0;
}

void registerPromote(const Command& versions) {
  const auto options = std::make_shared<PromoteOptions>();
  const auto command = versions.add("promote", "Make a version the active one");
  command.option("--template,-t", options->templateName, "Name of the template", "CODER_TEMPLATE_NAME")
      .option("--template-version", options->versionName, "Name of the version", "CODER_TEMPLATE_VERSION_NAME")
      .option("--org,-O", options->organization, "Organization, by name or id", "CODER_ORGANIZATION")
      .examples({"berth templates versions promote -t docker --template-version brave_otter1"});
  command.onRun([options](Context& context) { return promote(context, *options); });
}

}  // namespace

void registerTemplatesVersions(const Command& templates) {
  const auto versions = templates.add("versions", "Manage the versions of a template");
  versions.alias("version").requireSubcommand();
  const auto options = std::make_shared<VersionsOptions>();
  const auto command = versions.add("list", "List the versions of a template");
  command.positional("template", options->name, "Name of the template")
      .option("--org,-O", options->organization, "Organization, by name or id", "CODER_ORGANIZATION")
      .flag("--include-archived", options->showsArchived, "Archived versions too")
      .list("--column,-c", options->columns,
            "Columns of the table: id, name, created at, created by, status, active, archived")
      .choice("--output,-o", options->output, {"table", "json"}, "Form of the output")
      .examples({"berth templates versions list docker"});
  command.onRun([options](Context& context) { return list(context, *options); });
  registerPromote(versions);
}

}  // namespace berth::cli

#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/Durations.h"
#include "app/cli/Json.h"
#include "app/cli/Table.h"
#include "app/cli/Terminal.h"

namespace berth::cli {

namespace {

struct ListOptions {
  std::string output = "table";
  std::vector<std::string> columns = {"name", "organization name", "last updated", "used by"};
};

std::string usedBy(const api::Template& it) {
  return it.active_user_count == 1 ? "1 developer" : std::format("{} developers", it.active_user_count);
}

std::vector<Column<api::Template>> allColumns(WallTime now) {
  using T = api::Template;
  return {{"name", [](const T& it) { return it.name; }},
          {"created at", [](const T& it) { return formatRfc3339(it.created_at); }},
          {"last updated", [now](const T& it) { return formatAge(it.updated_at, now); }},
          {"organization id", [](const T& it) { return it.organization_id.toString(); }},
          {"organization name", [](const T& it) { return it.organization_name; }},
          {"provisioner", [](const T& it) { return it.provisioner; }},
          {"active version id", [](const T& it) { return it.active_version_id.toString(); }},
          {"used by", usedBy},
          {"default ttl", [](const T& it) { return formatDuration(std::chrono::milliseconds(it.default_ttl_ms)); }}};
}

Task<Result<int>> list(Context& context, ListOptions options) {
  CO_TRY_ASSIGN(const auto columns, chooseColumns(allColumns(context.now()), options.columns));
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto templates, co_await session->templates());
  if (options.output == "json")
    print(indentJson(api::toJson(templates)));
  else if (templates.empty())
    printStatus(
        "There are no templates. Make one with `berth templates push <name>`, or take the one for Docker that comes "
        "with the server: `berth create <workspace> --template docker`.");
  else
    print(formatTable(columns, templates));
  co_return 0;
}

}  // namespace

void registerTemplates(const Command& root) {
  const auto templates = root.add("templates", "Manage templates");
  templates.alias("template").requireSubcommand();
  const auto options = std::make_shared<ListOptions>();
  const auto command = templates.add("list", "List templates");
  command.alias("ls")
      .list("--column,-c", options->columns,
            "Columns of the table: name, created at, last updated, organization id, organization name, provisioner, "
            "active version id, used by, default ttl")
      .choice("--output,-o", options->output, {"table", "json"}, "Form of the output")
      .examples({"berth templates list", "berth templates list -o json"});
  command.onRun([options](Context& context) { return list(context, *options); });
  registerTemplatesPush(templates);
  registerTemplatesVersions(templates);
  registerTemplatesPull(templates);
  registerTemplatesDelete(templates);
}

}  // namespace berth::cli

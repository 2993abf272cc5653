#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/Organizations.h"
#include "app/cli/Terminal.h"

namespace berth::cli {

namespace {

struct DeleteOptions {
  std::vector<std::string> names;
  std::string organization;
  bool isSure = false;
};

Task<Result<int>> deleteTemplates(Context& context, DeleteOptions options) {
  if (options.names.empty()) co_return fail(ErrorCode::InvalidInput, "name the templates to delete");
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto organization, co_await chooseOrganization(*session, options.organization));
  std::string all;
  std::vector<api::Template> found;
  for (const auto& name : options.names) {
    auto one = co_await session->templateByName(organization.id, name);
    if (!one) co_return fail(one.error().in(std::format("template \"{}\"", name)));
    found.push_back(std::move(*one));
    all += (all.empty() ? "" : ", ") + name;
  }
  if (!options.isSure) CO_TRY(confirm(std::format("Delete {}?", all)));
  for (const auto& each : found) {
    CO_TRY(co_await session->deleteTemplate(each.id));
    print(std::format("The template {} has been deleted.", styled(Style::Bold, each.name)));
  }
  co_return 0;
}

}  // namespace

void registerTemplatesDelete(const Command& templates) {
  const auto options = std::make_shared<DeleteOptions>();
  const auto command = templates.add("delete", "Delete templates");
  command.alias("rm")
      .rest("name", options->names, "Names of the templates")
      .option("--org,-O", options->organization, "Organization, by name or id", "CODER_ORGANIZATION")
      .flag("--yes,-y", options->isSure, "Do not ask")
      .examples({"berth templates delete docker -y"});
  command.onRun([options](Context& context) { return deleteTemplates(context, *options); });
}

}  // namespace berth::cli

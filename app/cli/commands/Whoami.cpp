#include <boost/json.hpp>
#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/Json.h"
#include "app/cli/Table.h"
#include "app/cli/Terminal.h"

namespace berth::cli {

namespace {

struct WhoamiOptions {
  std::string output = "text";
  std::vector<std::string> columns = {"url", "username", "id"};
};

struct Identity {
  std::string url;
  api::User user;
};

std::string rolesOf(const Identity& identity) {
  std::string roles;
  for (const auto& role : identity.user.roles) roles += (roles.empty() ? "" : ", ") + role.display_name;
  return roles;
}

std::string organizationsOf(const Identity& identity) {
  std::string ids;
  for (const auto& id : identity.user.organization_ids) ids += (ids.empty() ? "" : ", ") + id.toString();
  return ids;
}

std::vector<Column<Identity>> allColumns() {
  return {{"url", [](const Identity& it) { return it.url; }},
          {"username", [](const Identity& it) { return it.user.username; }},
          {"id", [](const Identity& it) { return it.user.id.toString(); }},
          {"orgs", organizationsOf},
          {"roles", rolesOf}};
}

std::string toJson(const Identity& identity) {
  boost::json::array organizations;
  for (const auto& id : identity.user.organization_ids) organizations.emplace_back(id.toString());
  boost::json::object roles;
  for (const auto& role : identity.user.roles) {
    const std::string place = role.organization_id ? role.organization_id->toString() : "*";
    auto& names = roles[place];
    if (!names.is_array()) names = boost::json::array();
    names.as_array().emplace_back(role.display_name);
  }
  const boost::json::array all{boost::json::object{{"url", identity.url},
                                                   {"username", identity.user.username},
                                                   {"user_id", identity.user.id.toString()},
                                                   {"organization_ids", organizations},
                                                   {"roles", roles}}};
  return boost::json::serialize(all);
}

Task<Result<int>> whoami(Context& context, WhoamiOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(auto user, co_await session->me());
  const Identity identity{session->url().toString(), std::move(user)};
  if (options.output == "json") {
    print(indentJson(toJson(identity)));
  } else if (options.output == "table") {
    CO_TRY_ASSIGN(const auto columns, chooseColumns(allColumns(), options.columns));
    print(formatTable(columns, std::vector{identity}));
  } else {
    print(std::format("You are signed in to {} as {}.", identity.url, styled(Style::Bold, identity.user.username)));
  }
  co_return 0;
}

}  // namespace

void registerWhoami(const Command& root) {
  const auto options = std::make_shared<WhoamiOptions>();
  const auto command = root.add("whoami", "Show who is signed in, and where");
  command.list("--column,-c", options->columns, "Columns of the table: url, username, id, orgs, roles")
      .choice("--output,-o", options->output, {"text", "json", "table"}, "Form of the output")
      .examples({"berth whoami", "berth whoami -o json"});
  command.onRun([options](Context& context) { return whoami(context, *options); });
}

}  // namespace berth::cli

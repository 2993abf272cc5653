#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/Terminal.h"

namespace berth::cli {

namespace {

Task<Result<int>> logout(Context& context, bool isSure) {
  CO_TRY_ASSIGN(const auto session, context.session());
  if (!isSure) CO_TRY(confirm("Sign out of " + session->url().toString() + "?"));
  // The files go in any case: a server that is away must not keep anybody signed in here.
  const auto told = co_await session->logout();
  CO_TRY(context.forgetSession());
  if (!told) co_return fail(told.error().in("you are signed out here, but the server was not told"));
  print("You are signed out.");
  co_return 0;
}

}  // namespace

void registerLogout(const Command& root) {
  const auto isSure = std::make_shared<bool>(false);
  const auto command = root.add("logout", "Sign out");
  command.flag("--yes,-y", *isSure, "Do not ask").examples({"berth logout -y"});
  command.onRun([isSure](Context& context) { return logout(context, *isSure); });
}

}  // namespace berth::cli

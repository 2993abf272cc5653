#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/Terminal.h"

namespace berth::cli {

namespace {

struct PublicKeyOptions {
  bool resets = false;
  bool isSure = false;  // --yes
};

std::string withoutNewline(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

Task<Result<int>> publicKey(Context& context, PublicKeyOptions options) {
  CO_TRY_ASSIGN(const auto session, context.session());
  if (options.resets) {
    if (!options.isSure)
      CO_TRY(
          confirm("Make a new key? The old one stops working wherever it is registered, and cannot be brought back."));
    CO_TRY(co_await session->regenerateGitSshKey());
  }
  CO_TRY_ASSIGN(const auto key, co_await session->gitSshKey());
  printStatus("The public key that git in your workspaces signs in with:\n");
  print(withoutNewline(key.public_key));
  printStatus(
      "\nRegister it where your repositories are, for example\n"
      "  https://github.com/settings/ssh/new\n"
      "  https://gitlab.com/-/user_settings/ssh_keys");
  co_return 0;
}

}  // namespace

void registerPublicKey(const Command& root) {
  const auto options = std::make_shared<PublicKeyOptions>();
  const auto command = root.add("publickey", "Show the SSH key that git in your workspaces signs in with");
  command.alias("pubkey")
      .flag("--reset", options->resets,
            "Make a new key first; the old one has to be replaced wherever it is registered")
      .flag("--yes,-y", options->isSure, "Do not ask")
      .examples({"berth publickey", "berth publickey --reset"});
  command.onRun([options](Context& context) { return publicKey(context, *options); });
}

}  // namespace berth::cli

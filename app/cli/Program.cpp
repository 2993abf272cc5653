#include "app/cli/Program.h"

#include <CLI/CLI.hpp>
#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/ManPage.h"
#include "app/cli/ServerCommand.h"
#include "app/cli/Terminal.h"
#include "core/base/Version.h"

namespace berth::cli {

namespace {

void declareGlobalOptions(const Command& root, GlobalOptions& options) {
  root.option("--global-config", options.configDir, "Directory of this program's configuration", "CODER_CONFIG_DIR")
      .option("--url", options.url, "URL of the server", "CODER_URL")
      .option("--token", options.token, "Token to sign in with", "CODER_SESSION_TOKEN")
      .list("--header", options.headers, "Extra header for all requests as name=value", "CODER_HEADER")
      .option("--client-tls-ca-file", options.caFile, "Extra CA certificate to trust (PEM)", "CODER_CLIENT_TLS_CA_FILE")
      .flag("--disable-direct-connections", options.disablesDirect, "Reach workspaces over relays only",
            "CODER_DISABLE_DIRECT_CONNECTIONS")
      .flag("--force-tty", options.forcesTerminal, "Behave as on a terminal", "CODER_FORCE_TTY")
      .flag("--no-version-warning", options.hidesVersionWarning, "Do not warn of another version of the server",
            "CODER_NO_VERSION_WARNING")
      .flag("--no-feature-warning", options.hidesFeatureWarning, "Do not warn of unlicensed features",
            "CODER_NO_FEATURE_WARNING")
      .flag("--disable-network-telemetry", options.disablesNetworkTelemetry, "Accepted and without effect",
            "CODER_DISABLE_NETWORK_TELEMETRY")
      .flag("--verbose,-v", options.isVerbose, "Say on standard error what goes on inside", "CODER_VERBOSE")
      .examples({"berth server", "berth login http://127.0.0.1:3000", "berth create quickstart --template docker",
                 "berth ssh quickstart"});
}

void registerAll(const Command& root) {
  registerLogin(root);
  registerLogout(root);
  registerWhoami(root);
  registerTemplates(root);
  registerCreate(root);
  registerList(root);
  registerShow(root);
  registerStart(root);
  registerStop(root);
  registerRestart(root);
  registerUpdate(root);
  registerDelete(root);
  registerSsh(root);
  registerConfigSsh(root);
  registerConnect(root);
  registerNetcheck(root);
  registerPing(root);
  registerPortForward(root);
  registerSpeedtest(root);
  registerLogs(root);
  registerPublicKey(root);
  registerVersion(root);
}

// For packages: the page is made of the same declarations as --help.
void registerMan(const Command& root, const CLI::App& app) {
  root.add("man", "Print the manual page of this program").hide().onRun([&app](Context&) -> Task<Result<int>> {
    print(manPage(app));
    co_return 0;
  });
}

}  // namespace

void declareProgram(CLI::App& app, Context& context) {
  app.description("Berth: development environments on your own machines");
  app.name("berth");
  app.set_version_flag("--version", std::format("Berth {}", kBerthVersion));
  app.require_subcommand(1);
  const Command root(app, context);
  declareGlobalOptions(root, context.options());
  registerAll(root);
  registerServerCommand(app, context);
  registerMan(root, app);
}

}  // namespace berth::cli

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/ServerCommand.h"
#include "core/base/Version.h"

namespace {

void declareGlobalOptions(const berth::cli::Command& root, berth::cli::GlobalOptions& options) {
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

void registerAll(const berth::cli::Command& root) {
  using namespace berth::cli;
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
  registerSpeedtest(root);
  registerLogs(root);
  registerVersion(root);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write
  CLI::App app("Berth: development environments on your own machines", "berth");
  app.set_version_flag("--version", std::format("Berth {}", berth::kBerthVersion));
  app.require_subcommand(1);
  berth::cli::Context context(argv[0]);
  const berth::cli::Command root(app, context);
  declareGlobalOptions(root, context.options());
  registerAll(root);
  berth::cli::registerServerCommand(app, context);
  int exitCode = 0;
  try {
    app.parse(argc, argv);
    exitCode = context.exitCode();
  } catch (const CLI::RequiredError& error) {
    const auto unknown = app.remaining();
    if (unknown.empty())
      app.exit(error);
    else
      std::fprintf(stderr, "berth: there is no command \"%s\"; see berth --help\n", unknown.front().c_str());
    exitCode = 1;
  } catch (const CLI::ParseError& error) {
    exitCode = app.exit(error) == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "berth: %s\n", error.what());
    exitCode = 1;
  }
  std::fflush(nullptr);
  std::_Exit(exitCode);  // what still waits (watches, heartbeats) is not worth unwinding
}

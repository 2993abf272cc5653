#include "app/cli/ServerCommand.h"

#include "app/cli/Command.h"
#include "app/cli/Context.h"
#include "app/cli/RunServer.h"
#include "core/base/Log.h"

namespace berth::cli {

namespace {

constexpr std::int64_t kMostWorkers = 64;

struct Flags {
  ServerSettings settings;
  std::string cacheDirectory;
  std::string agentBinary;
  bool isVerbose = false;
};

Task<Result<int>> run(Context& context, Flags& flags) {
  if (flags.isVerbose) log::setLevel(log::Level::Debug);
  ServerSettings settings = flags.settings;
  settings.directory = context.configDir();
  settings.cacheDirectory = flags.cacheDirectory;
  settings.agentBinary = flags.agentBinary;
  co_return co_await runServer(context.io(), std::move(settings));
}

}  // namespace

// Names and variables are those of the stock server, where it has them.
void registerServerCommand(CLI::App& root, Context& context) {
  static Flags flags;
  const auto command = Command(root, context).add("server", "Run a server on this machine");
  command
      .option("--http-address,-a", flags.settings.httpAddress,
              "Address and port to listen on; on loopback also Docker's bridge is listened on, for workspaces",
              "CODER_HTTP_ADDRESS")
      .option("--access-url", flags.settings.accessUrl, "URL under which people and workspaces reach this server",
              "CODER_ACCESS_URL")
      .option("--cache-dir", flags.cacheDirectory, "Where OpenTofu and its providers are kept", "CODER_CACHE_DIRECTORY")
      .number("--provisioner-daemons", flags.settings.workers, {0, kMostWorkers}, "How many jobs run at the same time",
              "CODER_PROVISIONER_DAEMONS")
      .option("--agent-binary", flags.agentBinary, "The agent that workspaces get; beside this program by default",
              "CODER_AGENT_BINARY")
      .flag("--block-direct-connections", flags.settings.blocksDirectPaths,
            "Carry every connection to workspaces over the relay", "CODER_BLOCK_DIRECT")
      .flag("--derp-force-websockets", flags.settings.forcesRelayWebSockets,
            "Reach the relay by WebSocket only, for proxies that spoil \"Upgrade: derp\"",
            "CODER_DERP_FORCE_WEBSOCKETS")
      .flag("--dangerous-disable-rate-limits", flags.settings.disablesRateLimits, "Answer any number of requests",
            "CODER_DANGEROUS_DISABLE_RATE_LIMITS")
      .flag("--log-debug", flags.isVerbose, "Log every request")
      .note(
          "What it keeps (the database berth.db, provision/ with the work of its jobs, server.lock) is in the "
          "directory\n"
          "that --global-config names. That is the client's own by default, ~/.config/berth, where their files get "
          "along:\n"
          "the client has url and session. A server for others is better off with a directory of its own.")
      .examples({"berth server", "berth server --http-address 0.0.0.0:3000 --access-url https://dev.example.com",
                 "berth --global-config /srv/berth server"});
  command.onRun([](Context& of) { return run(of, flags); });
}

}  // namespace berth::cli

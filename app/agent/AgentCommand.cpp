#include "app/agent/AgentCommand.h"

#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdlib>

#include "core/agent/Agent.h"
#include "core/base/Log.h"
#include "core/base/Random.h"
#include "core/base/Version.h"
#include "tunnel/dialer/AgentTunnel.h"

namespace berth {

namespace {

constexpr std::size_t kLogFileSize = 5U << 20;  // reference/agent-and-ide.md 1.13
constexpr std::size_t kLogFileBackups = 19;
constexpr auto kTrimInterval = std::chrono::seconds(5);
constexpr std::size_t kFreeToTrim = 1U << 20;

// It need not exist yet: an image may have no /tmp.
std::string temporaryDirectory() {
  const char* wanted = std::getenv("TMPDIR");
  return wanted == nullptr || *wanted == '\0' ? "/tmp" : wanted;
}

// Flags as stock agents have them (reference/agent-and-ide.md 1.2).
struct Flags {
  std::string auth = "token";
  std::string token;
  std::string tokenFile;
  std::string url;
  std::string logDirectory = temporaryDirectory();
  std::string scriptDataDirectory = temporaryDirectory();
  std::vector<std::string> headers;
  std::string headerCommand;
  std::string sshMaxTimeout = "72h";
  std::uint16_t listenPort = 0;
  bool doesNotReap = false;  // for --help; the reaper has looked for it before (isInit)
  bool blocksFileTransfer = false;
  bool blocksLocalForwarding = false;
  bool blocksReverseForwarding = false;
  std::string ignored;
};

// Known to stock agents and without effect here, so that existing init scripts and templates still start.
constexpr std::pair<const char*, const char*> kIgnoredOptions[] = {
    {"--agent-name", "CODER_AGENT_NAME"},
    {"--pprof-address", "CODER_AGENT_PPROF_ADDRESS"},
    {"--prometheus-address", "CODER_AGENT_PROMETHEUS_ADDRESS"},
    {"--debug-address", "CODER_AGENT_DEBUG_ADDRESS"},
    {"--log-human", "CODER_AGENT_LOGGING_HUMAN"},
    {"--log-json", "CODER_AGENT_LOGGING_JSON"},
    {"--log-stackdriver", "CODER_AGENT_LOGGING_STACKDRIVER"},
    {"--socket-path", "CODER_AGENT_SOCKET_PATH"},
    {"--agent-firewall-log-proxy-socket-path", "CODER_AGENT_FIREWALL_LOG_PROXY_SOCKET_PATH"},
    {"--boundary-log-proxy-socket-path", "CODER_AGENT_BOUNDARY_LOG_PROXY_SOCKET_PATH"}};

constexpr std::pair<const char*, const char*> kIgnoredSwitches[] = {
    {"--devcontainers-enable", "CODER_AGENT_DEVCONTAINERS_ENABLE"},
    {"--devcontainers-project-discovery-enable", "CODER_AGENT_DEVCONTAINERS_PROJECT_DISCOVERY_ENABLE"},
    {"--devcontainers-discovery-autostart-enable", "CODER_AGENT_DEVCONTAINERS_DISCOVERY_AUTOSTART_ENABLE"},
    {"--socket-server-enabled", "CODER_AGENT_SOCKET_SERVER_ENABLED"}};

void declare(CLI::App& app, Flags& flags) {
  app.footer("Example: CODER_AGENT_TOKEN=... berth-agent agent --agent-url https://berth.example.com");
  app.add_option("--auth", flags.auth, "How the agent proves who it is; only \"token\"")->envname("CODER_AGENT_AUTH");
  app.add_option("--agent-token", flags.token, "The agent's own token")->envname("CODER_AGENT_TOKEN");
  app.add_option("--agent-token-file", flags.tokenFile, "File with the token")->envname("CODER_AGENT_TOKEN_FILE");
  app.add_option("--agent-url", flags.url, "The server")->envname("CODER_AGENT_URL");
  app.add_option("--log-dir", flags.logDirectory, "For logs of the agent and of scripts")
      ->envname("CODER_AGENT_LOG_DIR");
  app.add_option("--script-data-dir", flags.scriptDataDirectory, "For data of scripts")
      ->envname("CODER_AGENT_SCRIPT_DATA_DIR");
  app.add_option("--agent-header", flags.headers, "Extra HTTP header name=value; may be repeated")
      ->envname("CODER_AGENT_HEADER")
      ->delimiter(',');
  app.add_option("--agent-header-command", flags.headerCommand, "Program that prints one name=value header per line")
      ->envname("CODER_AGENT_HEADER_COMMAND");
  app.add_option("--ssh-max-timeout", flags.sshMaxTimeout, "How long an SSH client may be silent, such as 72h")
      ->envname("CODER_AGENT_SSH_MAX_TIMEOUT");
  app.add_option("--tailnet-listen-port", flags.listenPort, "UDP port for direct connections; 0 for any")
      ->envname("CODER_AGENT_TAILNET_LISTEN_PORT");
  app.add_flag("--no-reap", flags.doesNotReap, "Do not bury orphans when running as process 1");
  app.add_flag("--block-file-transfer", flags.blocksFileTransfer, "Refuse sftp, scp, rsync and nc")
      ->envname("CODER_AGENT_BLOCK_FILE_TRANSFER");
  app.add_flag("--block-local-port-forwarding", flags.blocksLocalForwarding, "Refuse ssh -L")
      ->envname("CODER_AGENT_BLOCK_LOCAL_PORT_FORWARDING");
  app.add_flag("--block-reverse-port-forwarding", flags.blocksReverseForwarding, "Refuse ssh -R")
      ->envname("CODER_AGENT_BLOCK_REVERSE_PORT_FORWARDING");
  for (const auto& [name, variable] : kIgnoredOptions)
    app.add_option(name, flags.ignored)->envname(variable)->group("");
  for (const auto& [name, variable] : kIgnoredSwitches) app.add_flag(name, flags.ignored)->envname(variable)->group("");
}

// "72h", "1h30m", "90s".
Result<std::chrono::seconds> parseTimeout(const std::string& text) {
  std::chrono::seconds total{0};
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t used = 0;
    double number = 0;
    try {
      number = std::stod(text.substr(begin), &used);
    } catch (const std::exception&) {
      break;
    }
    begin += used;
    const char unit = begin < text.size() ? text[begin++] : '?';
    const double factor = unit == 'h' ? 3600 : unit == 'm' ? 60 : unit == 's' ? 1 : 0;
    if (factor == 0) break;
    total += std::chrono::seconds(static_cast<std::int64_t>(number * factor));
    if (begin == text.size()) return total;
  }
  return fail(ErrorCode::InvalidInput, "--ssh-max-timeout: \"" + text + "\" is no time, such as 72h or 1h30m");
}

// Numbers as on the wire (reference/tailnet.md 7.5).
Result<std::vector<int>> readSubsystems() {
  std::vector<int> numbers;
  const char* list = std::getenv("CODER_AGENT_SUBSYSTEM");
  std::string_view rest = list == nullptr ? "" : list;
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    const int number = name == "envbox" ? 1 : name == "envbuilder" ? 2 : name == "exectrace" ? 3 : 0;
    if (number == 0)
      return fail(ErrorCode::InvalidInput, std::format("CODER_AGENT_SUBSYSTEM: \"{}\" is not known", name));
    numbers.push_back(number);
  }
  return numbers;
}

std::string ownPath() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "coder" : path.string();
}

// Programs of the workspace find this one under its name, but nothing of theirs is hidden by it.
void appendToPath(const std::string& directory) {
  const char* path = std::getenv("PATH");
  const std::string extended = path == nullptr || *path == '\0' ? directory : std::string(path) + ":" + directory;
  ::setenv("PATH", extended.c_str(), 1);
}

Result<agent::AgentOptions> makeOptions(const Flags& flags) {
  if (flags.auth != "token")
    return fail(ErrorCode::Unsupported, "--auth " + flags.auth + " is not supported, only token");
  if (flags.url.empty()) return fail(ErrorCode::InvalidInput, "no server: set CODER_AGENT_URL or --agent-url");
  agent::AgentOptions options;
  TRY_ASSIGN(options.access.server, http::parseUrl(flags.url));
  TRY_ASSIGN(options.access.token, agent::readToken(flags.token, flags.tokenFile));
  TRY_ASSIGN(options.access.extraHeaders, agent::readHeaders(flags.headers, flags.headerCommand));
  TRY_ASSIGN(options.subsystems, readSubsystems());
  TRY_ASSIGN(options.ssh.maxTimeout, parseTimeout(flags.sshMaxTimeout));
  options.ssh.blocksFileTransfer = flags.blocksFileTransfer;
  options.ssh.blocksLocalForwarding = flags.blocksLocalForwarding;
  options.ssh.blocksReverseForwarding = flags.blocksReverseForwarding;
  options.binary = ownPath();
  options.logDirectory = flags.logDirectory;
  options.scriptDataDirectory = flags.scriptDataDirectory;
  options.logFile = (options.logDirectory / "coder-agent.log").string();
  options.listenPort = flags.listenPort;
  return options;
}

Task<void> runUntilStopped(agent::Agent& agent, asio::io_context& loop) {
  co_await agent.run();
  loop.stop();
}

// A transfer leaves megabytes free in the heap, which the C library keeps. What is in use is looked at, because memory
// that went back still counts as free.
Task<void> returnFreeMemory() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  std::size_t usedBefore = 0;
  while (true) {
    timer.expires_after(kTrimInterval);
    co_await timer.async_wait(asio::use_awaitable);
    const auto heap = ::mallinfo2();
    if (heap.fordblks < kFreeToTrim || heap.uordblks == usedBefore) continue;
    usedBefore = heap.uordblks;
    ::malloc_trim(0);
  }
}

void stopOnSignal(asio::signal_set& signals, agent::Agent& agent) {
  signals.async_wait([&signals, &agent](const boost::system::error_code& error, int number) {
    if (error) return;
    log::info("signal {}: stopping; another one ends at once", number);
    agent.stop();
    signals.async_wait([](const boost::system::error_code& again, int) {
      if (!again) ::_exit(1);
    });
  });
}

int failWith(const Error& error) {
  std::fprintf(stderr, "berth-agent: %s\n", error.message().c_str());
  return 1;
}

}  // namespace

int runAgentCommand(const std::vector<std::string>& arguments) {
  CLI::App app("Runs the workspace agent.", "berth-agent agent");
  Flags flags;
  declare(app, flags);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }

  auto options = makeOptions(flags);
  if (!options) return failWith(options.error());
  std::error_code ignored;
  std::filesystem::create_directories(options->logDirectory, ignored);
  if (const auto logged = log::alsoLogToFile(options->logFile, kLogFileSize, kLogFileBackups); !logged)
    log::warning("{}", logged.error().message());
  appendToPath(std::filesystem::path(options->binary).parent_path().string());
  ::setenv("CODER_AGENT_URL", flags.url.c_str(), 1);  // sessions' helper commands need it, also when it came as a flag
  log::info("berth-agent {} for {}", kBerthVersion, options->access.server.toString());

  asio::io_context loop(1);
  const SystemClock clock;
  SystemRng rng;
  options->makeNetwork = [&clock, &rng](agent::NetworkConfig config) {
    return tunnel::dialer::makeAgentTunnel(std::move(config), clock, rng);
  };
  agent::Agent agent(loop.get_executor(), clock, std::move(*options));
  asio::signal_set signals(loop, SIGINT, SIGTERM, SIGHUP);
  stopOnSignal(signals, agent);
  asio::co_spawn(loop, runUntilStopped(agent, loop), asio::detached);
  asio::co_spawn(loop, returnFreeMemory(), asio::detached);
  loop.run();
  return 0;
}

}  // namespace berth

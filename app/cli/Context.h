// What every command has: the global options, one event loop, the session, and how to talk to the user.
#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <optional>

#include "app/cli/Command.h"
#include "core/base/Clock.h"
#include "core/client/Session.h"

namespace berth::cli {

struct GlobalOptions {
  std::string configDir = {};
  std::string url = {};
  std::string token = {};
  std::vector<std::string> headers = {};  // name=value
  std::string caFile = {};
  bool disablesDirect = false;
  bool forcesTerminal = false;
  bool hidesVersionWarning = false;
  bool hidesFeatureWarning = false;
  bool disablesNetworkTelemetry = false;
  bool isVerbose = false;
};

class Context {
 public:
  explicit Context(std::string program) : m_program(std::move(program)) {}

  GlobalOptions& options() noexcept { return m_options; }
  asio::io_context& io() noexcept { return m_io; }
  const Clock& clock() const noexcept { return m_clock; }
  WallTime now() const { return m_clock.wallNow(); }

  // The signed-in session; Unauthenticated with what to do when there is none.
  Result<std::shared_ptr<client::Session>> session();
  // Before signing in.
  std::shared_ptr<client::Session> sessionFor(http::Url url, Secret token);

  std::filesystem::path configDir() const;
  Result<void> saveSession(const http::Url& url, const Secret& token) const;
  Result<void> forgetSession() const;
  std::optional<std::string> savedUrl() const;

  // The path of this program, for configuration files that call it.
  std::filesystem::path program() const;

  // Runs a command's coroutine to its end on the loop and keeps its exit code.
  void run(const std::string& name, const Command::Runner& runner);
  int exitCode() const noexcept { return m_exitCode; }
  const std::string& commandName() const noexcept { return m_commandName; }

 private:
  http::Headers extraHeaders() const;
  std::optional<std::string> readFile(const char* name) const;

  std::string m_program;
  std::string m_commandName;
  GlobalOptions m_options;
  SystemClock m_clock;
  asio::io_context m_io{1};
  int m_exitCode = 0;
};

}  // namespace berth::cli

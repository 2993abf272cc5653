#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "app/cli/Context.h"
#include "app/cli/Program.h"
#include "app/cli/Terminal.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write
  CLI::App app;
  berth::cli::Context context(argv[0]);
  berth::cli::declareProgram(app, context);
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
  if (std::fflush(stdout) != 0) berth::cli::endForLostOutput(errno);
  std::_Exit(exitCode);  // what still waits (watches, heartbeats) is not worth unwinding
}

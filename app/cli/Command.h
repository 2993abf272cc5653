// How commands declare themselves; CLI11 stays behind Command.cpp.
//
// Names, short forms and environment names are those of the stock command line (reference/rest-api.md 7,
// agent-and-ide.md 7). Every CODER_X variable also works as BERTH_X, which wins.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Task.h"

namespace CLI {
class App;
}

namespace berth::cli {

class Context;

struct Range {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

class Command {
 public:
  using Runner = std::function<Task<Result<int>>(Context&)>;  // the value is the exit code

  Command(CLI::App& app, Context& context) : m_app(app), m_context(context) {}

  Command add(const std::string& name, const std::string& description) const;
  const Command& alias(const std::string& name) const;
  // Left out of --help and of the manual page.
  const Command& hide() const;
  // A paragraph behind the options of --help; before examples().
  const Command& note(const std::string& text) const;
  // Lines for the end of --help, each a whole command line.
  const Command& examples(const std::vector<std::string>& lines) const;

  // `names` as CLI11 has them: "--yes,-y". What they point to lives as long as the program.
  const Command& flag(const std::string& names, bool& target, const std::string& help,
                      const std::string& env = "") const;
  const Command& option(const std::string& names, std::string& target, const std::string& help,
                        const std::string& env = "") const;
  const Command& number(const std::string& names, std::int64_t& target, Range allowed, const std::string& help,
                        const std::string& env = "") const;
  // "90s", "1m30s", "5h"; not shorter than `least`
  const Command& option(const std::string& names, std::chrono::milliseconds& target, const std::string& help,
                        const std::string& env = "", std::chrono::milliseconds least = {}) const;
  // May be repeated; each value may be a list with commas (CSV quoting).
  const Command& list(const std::string& names, std::vector<std::string>& target, const std::string& help,
                      const std::string& env = "") const;
  const Command& choice(const std::string& names, std::string& target, const std::vector<std::string>& values,
                        const std::string& help, const std::string& env = "") const;

  const Command& positional(const std::string& name, std::string& target, const std::string& help,
                            bool isRequired = true) const;
  // All that is left, after "--" whatever it looks like.
  const Command& rest(const std::string& name, std::vector<std::string>& target, const std::string& help) const;

  void onRun(Runner runner) const;
  void requireSubcommand() const;

 private:
  CLI::App& m_app;
  Context& m_context;
};

// Splits "a,b" and "\"a,b\",c" (RFC 4180); a text with quotes in odd places is one value.
std::vector<std::string> splitCsv(const std::string& text);

}  // namespace berth::cli

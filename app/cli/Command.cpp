#include "app/cli/Command.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>
#include <format>

#include "app/cli/Context.h"
#include "app/cli/Durations.h"

namespace berth::cli {

namespace {

// CLI11 looks at one environment name; BERTH_X is copied to CODER_X, so that both work.
void bindEnvironment(CLI::Option* option, const std::string& env) {
  if (env.empty()) return;
  if (env.starts_with("CODER_")) {
    const std::string own = "BERTH_" + env.substr(6);
    if (const char* value = std::getenv(own.c_str())) ::setenv(env.c_str(), value, 1);
  }
  option->envname(env);
}

}  // namespace

std::vector<std::string> splitCsv(const std::string& text) {
  std::vector<std::string> values;
  std::size_t at = 0;
  while (at <= text.size()) {
    std::string value;
    if (at < text.size() && text[at] == '"') {
      ++at;
      while (true) {
        if (at >= text.size()) return {text};
        if (text[at] == '"' && at + 1 < text.size() && text[at + 1] == '"') {
          value += '"';
          at += 2;
        } else if (text[at] == '"') {
          ++at;
          break;
        } else {
          value += text[at++];
        }
      }
      if (at < text.size() && text[at] != ',') return {text};
    } else {
      const auto end = std::min(text.find(',', at), text.size());
      value = text.substr(at, end - at);
      if (value.find('"') != std::string::npos) return {text};
      at = end;
    }
    values.push_back(std::move(value));
    if (at >= text.size()) break;
    ++at;  // the comma
  }
  return values;
}

Command Command::add(const std::string& name, const std::string& description) const {
  auto* app = m_app.add_subcommand(name, description);
  app->fallthrough();  // global options may follow the command
  app->footer("");     // not the examples of what it belongs to
  return {*app, m_context};
}

const Command& Command::alias(const std::string& name) const {
  m_app.alias(name);
  return *this;
}

const Command& Command::hide() const {
  m_app.group("");
  return *this;
}

const Command& Command::note(const std::string& text) const {
  m_app.footer(text + "\n");
  return *this;
}

const Command& Command::examples(const std::vector<std::string>& lines) const {
  std::string text = m_app.get_footer();
  if (!text.empty()) text += '\n';
  text += "Examples:";
  for (const auto& line : lines) text += "\n  $ " + line;
  m_app.footer(text + "\n");
  return *this;
}

const Command& Command::flag(const std::string& names, bool& target, const std::string& help,
                             const std::string& env) const {
  bindEnvironment(m_app.add_flag(names, target, help), env);
  return *this;
}

const Command& Command::option(const std::string& names, std::string& target, const std::string& help,
                               const std::string& env) const {
  auto* option = m_app.add_option(names, target, help);
  if (!target.empty()) option->capture_default_str();
  bindEnvironment(option, env);
  return *this;
}

const Command& Command::number(const std::string& names, std::int64_t& target, Range allowed, const std::string& help,
                               const std::string& env) const {
  auto* option = m_app.add_option(names, target, help)->capture_default_str();
  option->check([allowed](const std::string& text) {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    const bool isNumber = parsed.ec == std::errc() && parsed.ptr == end;
    if (isNumber && value >= allowed.least && value <= allowed.most) return std::string();
    return std::format("{} is not a number from {} to {}", text, allowed.least, allowed.most);
  });
  bindEnvironment(option, env);
  return *this;
}

const Command& Command::option(const std::string& names, std::chrono::milliseconds& target, const std::string& help,
                               const std::string& env, std::chrono::milliseconds least) const {
  auto* option = m_app.add_option_function<std::string>(
      names,
      [&target, least, names](const std::string& text) {
        const auto parsed = parseDuration(text);
        if (!parsed) throw CLI::ValidationError(names, parsed.error().message());
        if (*parsed < least)
          throw CLI::ValidationError(names,
                                     std::format("\"{}\" is too short: at least {}", text, formatDuration(least)));
        target = *parsed;
      },
      help);
  option->type_name("DURATION");
  if (target.count() > 0) option->default_str(formatDuration(target));
  bindEnvironment(option, env);
  return *this;
}

const Command& Command::list(const std::string& names, std::vector<std::string>& target, const std::string& help,
                             const std::string& env) const {
  auto* option = m_app.add_option_function<std::vector<std::string>>(
      names,
      [&target](const std::vector<std::string>& given) {
        target.clear();
        for (const auto& each : given)
          for (auto& value : splitCsv(each)) target.push_back(std::move(value));
      },
      help);
  option->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("TEXT ...");
  bindEnvironment(option, env);
  return *this;
}

const Command& Command::choice(const std::string& names, std::string& target, const std::vector<std::string>& values,
                               const std::string& help, const std::string& env) const {
  auto* option = m_app.add_option(names, target, help)->check(CLI::IsMember(values))->capture_default_str();
  bindEnvironment(option, env);
  return *this;
}

const Command& Command::positional(const std::string& name, std::string& target, const std::string& help,
                                   bool isRequired) const {
  m_app.add_option(name, target, help)->required(isRequired);
  return *this;
}

const Command& Command::rest(const std::string& name, std::vector<std::string>& target, const std::string& help) const {
  m_app.add_option(name, target, help);
  return *this;
}

void Command::onRun(Runner runner) const {
  std::string name = m_app.get_name();
  for (auto* group = m_app.get_parent(); group->get_parent() != nullptr; group = group->get_parent())
    name = group->get_name() + " " + name;
  m_app.callback([&context = m_context, name, runner = std::move(runner)] { context.run(name, runner); });
}

void Command::requireSubcommand() const { m_app.require_subcommand(1); }

}  // namespace berth::cli

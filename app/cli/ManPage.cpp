#include "app/cli/ManPage.h"

#include <CLI/CLI.hpp>
#include <format>

#include "core/base/Version.h"

namespace berth::cli {

namespace {

// Text as troff takes it: dashes that can be copied, no line that reads as a request.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool isLineStart = out.empty() || out.back() == '\n';
    if (isLineStart && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::string joinedNames(const CLI::Option& option) {
  std::string names;
  const auto add = [&names](const std::string& name) {
    names += std::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", escaped(name));
  };
  for (const auto& name : option.get_snames()) add("-" + name);
  for (const auto& name : option.get_lnames()) add("--" + name);
  return names;
}

bool isPositional(const CLI::Option& option) { return option.get_snames().empty() && option.get_lnames().empty(); }

bool takesValue(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

std::string optionEntry(const CLI::Option& option) {
  std::string head = isPositional(option) ? std::format("\\fI{}\\fR", escaped(option.get_name())) : joinedNames(option);
  if (!isPositional(option) && takesValue(option)) head += std::format(" \\fI{}\\fR", escaped(option.get_type_name()));
  std::string text = option.get_description();
  if (const auto fallback = option.get_default_str(); takesValue(option) && !fallback.empty())
    text += std::format(" (default: {})", fallback);
  if (const auto env = option.get_envname(); !env.empty()) text += std::format(". Environment: {}", env);
  return std::format(".TP\n{}\n{}\n", head, escaped(text));
}

std::string optionEntries(const CLI::App& command) {
  std::string out;
  for (const auto* option : command.get_options())
    if (!option->get_group().empty() && option != command.get_help_ptr()) out += optionEntry(*option);
  return out;
}

// Notes and examples, line by line as they are in --help.
std::string footerOf(const CLI::App& command) {
  const std::string footer = command.get_footer();
  return footer.empty() ? "" : std::format(".PP\n.nf\n{}.fi\n", escaped(footer));
}

std::string synopsisOf(const CLI::App& command, const std::string& path) {
  std::string line = std::format("\\fB{}\\fR", escaped(path));
  for (const auto* option : command.get_options()) {
    if (!isPositional(*option)) continue;
    const std::string name = std::format("\\fI{}\\fR", escaped(option->get_name()));
    line += option->get_required() ? " " + name : std::format(" [{}]", name);
  }
  return line;
}

void appendCommands(std::string& out, const CLI::App& parent, const std::string& path) {
  for (const auto* command : parent.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); })) {
    const std::string name = path + " " + command->get_name();
    out += std::format(".SS {}\n{}.\n", synopsisOf(*command, name), escaped(command->get_description()));
    for (const auto& alias : command->get_aliases()) out += std::format("Also \\fB{}\\fR.\n", escaped(alias));
    out += optionEntries(*command) + footerOf(*command);
    appendCommands(out, *command, name);
  }
}

}  // namespace

std::string manPage(const CLI::App& program) {
  const std::string name = program.get_name();
  std::string out = std::format(".TH BERTH 1 \"\" \"Berth {}\" \"User Commands\"\n.nh\n", kBerthVersion);
  out += std::format(".SH NAME\n{} \\- development environments on your own machines\n", name);
  out += std::format(".SH SYNOPSIS\n\\fB{}\\fR [\\fIoptions\\fR] \\fIcommand\\fR ...\n", name);
  out += std::format(".SH DESCRIPTION\n{}.\nEach variable CODER_X may also be spelled BERTH_X, which wins.\n",
                     escaped(program.get_description()));
  out += ".SH GLOBAL OPTIONS\n" + optionEntries(program) + footerOf(program);
  out += ".SH COMMANDS\n";
  appendCommands(out, program, name);
  out +=
      ".SH FILES\n.TP\n.I ~/.config/berth\nURL and token of the server that is signed in to, and what berth server "
      "keeps.\n.SH SEE ALSO\n.BR ssh (1),\n.BR ssh_config (5)\n";
  out.pop_back();
  return out;
}

}  // namespace berth::cli

#include "app/cli/ParameterInput.h"

#include <format>
#include <fstream>

#include "app/cli/Terminal.h"
#include "core/provision/Parameters.h"

namespace berth::cli {

namespace {

// Both ways in which servers describe parameters, in the shape that is checked by the server's own rules.
using Parameter = store::TemplateVersionParameterRecord;

Parameter fromPreview(const api::PreviewParameter& from) {
  Parameter parameter;
  parameter.name = from.name;
  parameter.displayName = from.display_name.empty() ? from.name : from.display_name;
  parameter.description = from.description;
  parameter.defaultValue = from.value.valid ? from.value.value : from.default_value.value;
  parameter.type = from.type;
  parameter.formType = from.form_type;
  parameter.isMutable = from.mutable_;
  parameter.required = from.required;
  parameter.ephemeral = from.ephemeral;
  for (const auto& option : from.options)
    parameter.options.push_back({option.name, option.description, option.value.value, option.icon});
  for (const auto& validation : from.validations) {  // templates have one at most
    parameter.validationError = validation.validation_error;
    parameter.validationRegex = validation.validation_regex.value_or("");
    parameter.validationMonotonic = validation.validation_monotonic.value_or("");
    parameter.validationMin = validation.validation_min;
    parameter.validationMax = validation.validation_max;
  }
  return parameter;
}

Parameter fromRich(const api::TemplateVersionParameter& from) {
  Parameter parameter;
  parameter.name = from.name;
  parameter.displayName = from.display_name.value_or(from.name);
  parameter.description = from.description_plaintext;
  parameter.defaultValue = from.default_value;
  parameter.type = from.type;
  parameter.formType = from.form_type;
  parameter.isMutable = from.mutable_;
  parameter.validationError = from.validation_error.value_or("");
  parameter.validationRegex = from.validation_regex.value_or("");
  parameter.validationMonotonic = from.validation_monotonic.value_or("");
  parameter.validationMin = from.validation_min;
  parameter.validationMax = from.validation_max;
  parameter.required = from.required;
  parameter.ephemeral = from.ephemeral;
  for (const auto& option : from.options)
    parameter.options.push_back({option.name, option.description, option.value, option.icon});
  return parameter;
}

std::string unquoted(std::string text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  text = text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front())
    return text.substr(1, text.size() - 2);
  return text;
}

// "name: value" lines, which is all that such files hold (YAML's flat mapping); lists stand in brackets.
Result<ParameterMap> readParameterFile(const std::string& path) {
  std::ifstream in(path);
  if (!in) return fail(errnoError(errno, std::format("read parameters from {}", path)));
  ParameterMap values;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const std::string content = unquoted(line);
    if (content.empty() || content.starts_with('#') || content == "---") continue;
    const auto colon = line.find(':');
    if (colon == std::string::npos)
      return fail(ErrorCode::InvalidInput, std::format("{} line {}: expected \"name: value\"", path, number));
    values[unquoted(line.substr(0, colon))] = unquoted(line.substr(colon + 1));
  }
  return values;
}

// What may be answered; empty when anything may.
std::string describeAllowed(const Parameter& parameter) {
  if (!parameter.options.empty()) {
    std::string values;
    for (const auto& option : parameter.options) values += (values.empty() ? "" : ", ") + option.value;
    return (parameter.formType == "multi-select" ? "a JSON list of some of: " : "one of: ") + values;
  }
  switch (parameter.type) {
    case ParameterType::Number: {
      const auto& least = parameter.validationMin;
      const auto& most = parameter.validationMax;
      if (least && most) return std::format("a whole number from {} to {}", *least, *most);
      if (least) return std::format("a whole number of at least {}", *least);
      if (most) return std::format("a whole number of at most {}", *most);
      return "a number";
    }
    case ParameterType::Bool: return "true or false";
    case ParameterType::ListString: return "a JSON list of texts, for example [\"a\",\"b\"]";
    case ParameterType::String:
    case ParameterType::Unknown: break;
  }
  return parameter.validationRegex.empty() ? "" : std::format("text that matches {}", parameter.validationRegex);
}

// An option may be chosen by its label, too.
std::string valueOf(const Parameter& parameter, const std::string& answer) {
  for (const auto& option : parameter.options)
    if (option.name == answer) return option.value;
  return answer;
}

Result<std::string> askFor(const Parameter& parameter, const std::string& fallback,
                           const std::optional<std::string>& previous) {
  const std::string allowed = describeAllowed(parameter);
  printStatus(styled(Style::Bold, parameter.displayName));
  if (!parameter.description.empty()) printStatus("  " + parameter.description);
  if (parameter.options.empty() && !allowed.empty()) printStatus(std::format("  ({})", allowed));
  for (const auto& option : parameter.options) printStatus(std::format("  - {} ({})", option.value, option.name));
  const auto check = [&](const std::string& answer) -> std::optional<std::string> {
    if (answer.empty() && parameter.required) return "It needs a value.";
    const auto problems = provision::checkParameterValue(parameter, valueOf(parameter, answer), previous);
    if (problems.empty()) return std::nullopt;
    return problems.back().detail + (allowed.empty() ? "." : std::format("; it takes {}.", allowed));
  };
  TRY_ASSIGN(const auto answer,
             ask("> " + parameter.name, fallback, std::format("--parameter {}=VALUE", parameter.name), check));
  return valueOf(parameter, answer);
}

Task<Result<std::vector<Parameter>>> describe(client::Session& session, TemplateVersionId version, bool usesClassicFlow,
                                              UserId owner, ParameterMap inputs) {
  std::vector<Parameter> parameters;
  if (usesClassicFlow) {
    CO_TRY_ASSIGN(const auto rich, co_await session.richParameters(version));
    for (const auto& each : rich) parameters.push_back(fromRich(each));
    co_return parameters;
  }
  api::DynamicParametersRequest request{.id = 0, .inputs = std::move(inputs), .owner_id = owner};
  CO_TRY_ASSIGN(const auto evaluated, co_await session.evaluateParameters(version, std::move(request)));
  for (const auto& each : evaluated.parameters) parameters.push_back(fromPreview(each));
  co_return parameters;
}

Result<void> refuseUnknown(const ParameterMap& given, const std::vector<Parameter>& known) {
  for (const auto& [name, value] : given) {
    if (std::ranges::any_of(known, [&name](const auto& each) { return each.name == name; })) continue;
    std::string names;
    for (const auto& each : known) names += (names.empty() ? "" : ", ") + each.name;
    return fail(ErrorCode::InvalidInput, std::format("parameter \"{}\" is not present in the template; it has: {}",
                                                     name, names.empty() ? "none" : names));
  }
  return {};
}

// Nothing for a parameter that is left to the server.
Result<std::optional<std::string>> valueFor(const Parameter& parameter, const ParameterQuestion& question,
                                            const ParameterMap& defaults) {
  const auto& options = *question.options;
  if (const auto given = question.given.find(parameter.name); given != question.given.end()) return given->second;
  if (parameter.ephemeral) {
    const bool isAsked = options.promptsEphemeral || options.promptsBuildOptions;
    if (!isAsked) return std::nullopt;
    TRY_ASSIGN(auto answer, askFor(parameter, parameter.defaultValue, std::nullopt));
    return answer;
  }
  const auto last = question.last.find(parameter.name);
  const bool hasLast = last != question.last.end();
  if (hasLast && (!options.promptsAll || !parameter.isMutable)) return last->second;
  std::string fallback = hasLast ? last->second : parameter.defaultValue;
  if (const auto set = defaults.find(parameter.name); set != defaults.end() && !hasLast) fallback = set->second;
  const bool canTakeFallback = !parameter.required || !fallback.empty();
  if (canTakeFallback && (options.usesDefaults || !isInteractive())) return fallback;
  TRY_ASSIGN(auto answer, askFor(parameter, fallback, hasLast ? std::optional(last->second) : std::nullopt));
  return answer;
}

}  // namespace

void declareParameterOptions(const Command& command, ParameterOptions& options) {
  command.list("--parameter", options.values, "Parameter value as name=value", "CODER_RICH_PARAMETER")
      .list("--parameter-default", options.defaults, "Default for a parameter as name=value",
            "CODER_RICH_PARAMETER_DEFAULT")
      .option("--rich-parameter-file", options.file, "File with parameter values, a line \"name: value\" each",
              "CODER_RICH_PARAMETER_FILE")
      .list("--ephemeral-parameter", options.ephemeral, "Value for this build alone as name=value",
            "CODER_EPHEMERAL_PARAMETER")
      .flag("--prompt-ephemeral-parameters", options.promptsEphemeral, "Ask for the parameters of this build alone",
            "CODER_PROMPT_EPHEMERAL_PARAMETERS")
      .list("--build-option", options.buildOptions, "Old name of --ephemeral-parameter", "CODER_BUILD_OPTION")
      .flag("--build-options", options.promptsBuildOptions, "Old name of --prompt-ephemeral-parameters")
      .flag("--always-prompt", options.promptsAll, "Ask for all parameters, also those of the last build")
      .flag("--use-parameter-defaults", options.usesDefaults, "Take defaults instead of asking",
            "CODER_WORKSPACE_USE_PARAMETER_DEFAULTS");
}

Result<ParameterMap> pairsOf(const std::vector<std::string>& texts, const std::string& flag) {
  ParameterMap values;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(ErrorCode::InvalidInput, std::format("{} \"{}\": expected name=value", flag, text));
    values[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return values;
}

Result<ParameterMap> givenParameters(const ParameterOptions& options) {
  ParameterMap values;
  if (!options.file.empty()) {
    TRY_ASSIGN(values, readParameterFile(options.file));
  }
  TRY_ASSIGN(auto flags, pairsOf(options.values, "--parameter"));
  TRY_ASSIGN(auto ephemeral, pairsOf(options.ephemeral, "--ephemeral-parameter"));
  TRY_ASSIGN(auto buildOptions, pairsOf(options.buildOptions, "--build-option"));
  for (auto* source : {&flags, &ephemeral, &buildOptions})
    for (auto& [name, value] : *source) values[name] = std::move(value);
  return values;
}

Task<Result<std::vector<api::ParameterValue>>> resolveParameters(client::Session& session,
                                                                 const api::TemplateVersion& version,
                                                                 bool usesClassicFlow, UserId owner,
                                                                 ParameterQuestion question) {
  CO_TRY_ASSIGN(const auto defaults, pairsOf(question.options->defaults, "--parameter-default"));
  ParameterMap inputs = question.last;
  for (const auto& [name, value] : question.given) inputs[name] = value;
  CO_TRY_ASSIGN(const auto parameters, co_await describe(session, version.id, usesClassicFlow, owner, inputs));
  CO_TRY(refuseUnknown(question.given, parameters));
  std::vector<api::ParameterValue> values;
  for (const auto& parameter : parameters) {
    CO_TRY_ASSIGN(auto value, valueFor(parameter, question, defaults));
    if (value) values.push_back({parameter.name, std::move(*value)});
  }
  co_return values;
}

}  // namespace berth::cli

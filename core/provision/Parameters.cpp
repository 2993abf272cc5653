#include "core/provision/Parameters.h"

#include <boost/algorithm/string/replace.hpp>
#include <boost/regex.hpp>
#include <charconv>
#include <cstdlib>
#include <set>

#include "core/provision/JsonAccess.h"

namespace berth::provision {

namespace {

constexpr std::string_view kValidationSummary = "Invalid parameter value according to 'validation' block";

std::optional<std::int64_t> parseInteger(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool isNumber(const std::string& text) {
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0' && end != text.c_str();
}

bool isBool(std::string_view text) {
  constexpr std::string_view kBools[] = {"1", "t", "T", "true",  "TRUE",  "True",
                                         "0", "f", "F", "false", "FALSE", "False"};
  return std::ranges::find(kBools, text) != std::end(kBools);
}

std::optional<std::vector<std::string>> parseList(std::string_view text) {
  const auto value = parseJson(text, "list", 4);
  if (!value || !value->is_array()) return std::nullopt;
  std::vector<std::string> list;
  for (const auto& entry : value->get_array()) {
    if (!entry.is_string()) return std::nullopt;
    list.emplace_back(entry.get_string());
  }
  return list;
}

bool hasValidation(const TemplateVersionParameterRecord& parameter) {
  return !parameter.validationRegex.empty() || !parameter.validationMonotonic.empty() || parameter.validationMin ||
         parameter.validationMax;
}

// The author's own text takes the place of the built-in one.
std::string numberText(const TemplateVersionParameterRecord& parameter, std::string_view value, std::string builtIn) {
  if (parameter.validationError.empty()) return builtIn;
  std::string text = parameter.validationError;
  boost::replace_all(text, "{min}", parameter.validationMin ? std::to_string(*parameter.validationMin) : "");
  boost::replace_all(text, "{max}", parameter.validationMax ? std::to_string(*parameter.validationMax) : "");
  boost::replace_all(text, "{value}", value);
  return text;
}

std::optional<std::string> numberProblem(const TemplateVersionParameterRecord& parameter, std::string_view value,
                                         const std::optional<std::string>& previous) {
  const auto number = parseInteger(value);
  if (!number) return numberText(parameter, value, std::format("value \"{}\" is not a number", value));
  if (parameter.validationMin && *number < *parameter.validationMin)
    return numberText(parameter, value,
                      std::format("value {} is less than the minimum {}", *number, *parameter.validationMin));
  if (parameter.validationMax && *number > *parameter.validationMax)
    return numberText(parameter, value,
                      std::format("value {} is more than the maximum {}", *number, *parameter.validationMax));
  const auto before = previous ? parseInteger(*previous) : std::nullopt;
  if (!before) return std::nullopt;
  const bool isBroken = parameter.validationMonotonic == "increasing"   ? *number < *before
                        : parameter.validationMonotonic == "decreasing" ? *number > *before
                                                                        : false;
  if (!isBroken) return std::nullopt;
  const auto* direction = parameter.validationMonotonic == "increasing" ? "greater" : "lower";
  // The author's text speaks of limits only.
  return std::format("parameter value '{}' must be equal or {} than previous value: {}", *number, direction, *before);
}

// Authors write RE2; Boost's Perl syntax takes nearly all of it, and gives up on patterns that explode.
std::optional<std::string> regexProblem(const TemplateVersionParameterRecord& parameter, std::string_view value) {
  try {
    const boost::regex pattern(parameter.validationRegex);
    if (boost::regex_search(value.begin(), value.end(), pattern)) return std::nullopt;
  } catch (const std::exception& e) {
    return std::format("regex \"{}\" cannot be used: {}", parameter.validationRegex, e.what());
  }
  return std::format("{} (value \"{}\" does not match \"{}\")", parameter.validationError, value,
                     parameter.validationRegex);
}

std::optional<std::string> validationProblem(const TemplateVersionParameterRecord& parameter, std::string_view value,
                                             const std::optional<std::string>& previous) {
  switch (parameter.type) {
    case ParameterType::Number: return numberProblem(parameter, value, previous);
    case ParameterType::Bool:
      if (value != "true" && value != "false") return "boolean value can be either \"true\" or \"false\"";
      return std::nullopt;
    case ParameterType::ListString:
      if (!parseList(value)) return std::format("value \"{}\" is not valid list of strings", value);
      return std::nullopt;
    case ParameterType::String:
    case ParameterType::Unknown:
      return parameter.validationRegex.empty() ? std::nullopt : regexProblem(parameter, value);
  }
  return std::nullopt;
}

bool hasType(ParameterType type, const std::string& value) {
  switch (type) {
    case ParameterType::Number: return isNumber(value);
    case ParameterType::Bool: return isBool(value);
    case ParameterType::ListString: return parseList(value).has_value();
    case ParameterType::String:
    case ParameterType::Unknown: return true;
  }
  return true;
}

bool isOption(const TemplateVersionParameterRecord& parameter, const std::string& value) {
  const auto has = [&](const std::string& one) {
    return std::ranges::contains(parameter.options, one, &store::ParameterOption::value);
  };
  if (parameter.type != ParameterType::ListString || parameter.formType != "multi-select") return has(value);
  const auto list = parseList(value);
  return list && std::ranges::all_of(*list, has);
}

std::vector<TemplateVersionParameterRecord> inFormOrder(std::vector<TemplateVersionParameterRecord> parameters) {
  std::ranges::sort(parameters, {}, [](const auto& p) { return std::tie(p.displayOrder, p.name); });
  return parameters;
}

const std::string* findValue(const TextMap& in, const std::string& name) {
  const auto found = in.find(name);
  return found == in.end() ? nullptr : &found->second;
}

ParameterDiagnostic missingValue(const TemplateVersionParameterRecord& parameter) {
  return {"Required parameter not provided",
          std::format("parameter \"{}\" has no default: give it a value", parameter.name), "required"};
}

}  // namespace

std::vector<ParameterDiagnostic> checkParameterValue(const TemplateVersionParameterRecord& parameter,
                                                     std::string_view value,
                                                     const std::optional<std::string>& previous) {
  const std::string text(value);
  std::vector<ParameterDiagnostic> diagnostics;
  // Nothing chosen in an optional field is not checked against type and options.
  const bool isUnset = text.empty() && !hasValidation(parameter);
  if (!isUnset && !hasType(parameter.type, text))
    diagnostics.push_back({std::format("Parameter value is not of type \"{}\"", toString(parameter.type)),
                           std::format("the value \"{}\" cannot be read as one", text), ""});
  else if (!isUnset && !parameter.options.empty() && !isOption(parameter, text))
    diagnostics.push_back(
        {"Value must be a valid option", std::format("the value \"{}\" must be defined as one of options", text), ""});
  if (hasValidation(parameter))
    if (auto problem = validationProblem(parameter, text, previous))
      diagnostics.push_back({std::string(kValidationSummary), std::move(*problem), ""});
  return diagnostics;
}

std::vector<EvaluatedParameter> evaluateParameters(const std::vector<TemplateVersionParameterRecord>& parameters,
                                                   const TextMap& inputs) {
  std::vector<EvaluatedParameter> evaluated;
  for (auto& parameter : inFormOrder(parameters)) {
    EvaluatedParameter entry;
    if (const auto* given = findValue(inputs, parameter.name)) {
      entry.value = *given;
    } else if (!parameter.required) {
      entry.value = parameter.defaultValue;
    }
    if (entry.value) {
      entry.diagnostics = checkParameterValue(parameter, *entry.value);
    } else {
      entry.diagnostics.push_back(missingValue(parameter));
    }
    entry.parameter = std::move(parameter);
    evaluated.push_back(std::move(entry));
  }
  return evaluated;
}

std::string describe(const std::vector<ParameterDiagnostic>& diagnostics) {
  if (diagnostics.empty()) return {};
  std::string text = std::format("{}; {}", diagnostics.front().summary, diagnostics.front().detail);
  if (diagnostics.size() > 1) text += std::format(", and {} other diagnostic(s)", diagnostics.size() - 1);
  return text;
}

ResolvedParameters resolveParameters(const std::vector<TemplateVersionParameterRecord>& parameters,
                                     const ParameterSources& sources) {
  ResolvedParameters resolved;
  for (const auto& parameter : parameters) {
    const auto* before = sources.hasPrevious ? findValue(sources.previous, parameter.name) : nullptr;
    const auto* value = findValue(sources.preset, parameter.name);
    if (!value) value = findValue(sources.request, parameter.name);
    if (!value && !parameter.ephemeral) value = before;
    if (!value && !parameter.required) value = &parameter.defaultValue;

    std::vector<ParameterDiagnostic> diagnostics;
    if (!value) {
      diagnostics.push_back(missingValue(parameter));
    } else {
      if (!parameter.isMutable && before && *before != *value)
        diagnostics.push_back(
            {"Immutable parameter changed",
             std::format("Parameter \"{}\" is not mutable, so it can't be updated after creating a workspace.",
                         parameter.name),
             ""});
      const auto previous = before ? std::optional(*before) : std::nullopt;
      for (auto& diagnostic : checkParameterValue(parameter, *value, previous))
        diagnostics.push_back(std::move(diagnostic));
      resolved.values.push_back({parameter.name, *value});
    }
    if (!diagnostics.empty()) resolved.problems.push_back({parameter.name, describe(diagnostics)});
  }
  std::ranges::sort(resolved.problems, {}, &ParameterProblem::field);
  return resolved;
}

}  // namespace berth::provision

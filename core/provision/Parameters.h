// Rich parameters: which values a build gets, and what is wrong with them (reference/provisioning.md 6).
//
// Works on what the import stored, without running OpenTofu: defaults and options are those of the import's plan.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/Records.h"

namespace berth::provision {

using store::NamedValue;
using store::TemplateVersionParameterRecord;
using store::TextMap;

struct ParameterDiagnostic {
  std::string summary;
  std::string detail;
  std::string code;  // "required" or empty (6.5)
};

// One parameter of a form: its value (given or default), and what forbids it.
struct EvaluatedParameter {
  TemplateVersionParameterRecord parameter;
  std::optional<std::string> value;  // empty: none given and no default
  std::vector<ParameterDiagnostic> diagnostics;
};

// For the dynamic-parameters endpoint: sorted by order, then name. Unknown names in `inputs` are ignored.
std::vector<EvaluatedParameter> evaluateParameters(const std::vector<TemplateVersionParameterRecord>& parameters,
                                                   const TextMap& inputs);

// What is wrong with one value, by the provider's rules (6.2). `previous` is for monotonic parameters.
std::vector<ParameterDiagnostic> checkParameterValue(const TemplateVersionParameterRecord& parameter,
                                                     std::string_view value,
                                                     const std::optional<std::string>& previous = std::nullopt);

struct ParameterSources {
  TextMap previous;  // the last build's values
  TextMap request;
  TextMap preset;
  bool hasPrevious = false;  // there was a build: immutable parameters that it knew are fixed
};

// A problem as the API's `validations` say it.
struct ParameterProblem {
  std::string field;
  std::string detail;
};

struct ResolvedParameters {
  std::vector<NamedValue> values;          // of all parameters, defaults included
  std::vector<ParameterProblem> problems;  // by name; not empty: answer 400 "Unable to validate parameters"
};

// Values for a build: preset over request over previous over default; ephemeral ones never from the previous build
// (6.4).
ResolvedParameters resolveParameters(const std::vector<TemplateVersionParameterRecord>& parameters,
                                     const ParameterSources& sources);

// "<summary>; <detail>, and N other diagnostic(s)".
std::string describe(const std::vector<ParameterDiagnostic>& diagnostics);

}  // namespace berth::provision

// Rich parameters, variables, presets and the dynamic-parameters exchange (reference/rest-api.md 3.6 to 3.9).
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/api/Common.h"
#include "core/base/Enums.h"

namespace berth::api {

struct ParameterValue {
  std::string name, value;
};
BOOST_DESCRIBE_STRUCT(ParameterValue, (), (name, value))

struct TemplateVersionParameterOption {
  std::string name, description, value, icon;
};
BOOST_DESCRIBE_STRUCT(TemplateVersionParameterOption, (), (name, description, value, icon))

struct TemplateVersionParameter {
  std::string name;
  std::optional<std::string> display_name;
  std::string description, description_plaintext;
  ParameterType type = ParameterType::String;
  std::string form_type;
  bool mutable_ = false;
  std::string default_value, icon;
  std::vector<TemplateVersionParameterOption> options;
  std::optional<std::string> validation_error, validation_regex;
  std::optional<std::int64_t> validation_min, validation_max;
  std::optional<std::string> validation_monotonic;  // increasing, decreasing
  bool required = false;
  bool ephemeral = false;
};
BOOST_DESCRIBE_STRUCT(TemplateVersionParameter, (),
                      (name, display_name, description, description_plaintext, type, form_type, mutable_, default_value,
                       icon, options, validation_error, validation_regex, validation_min, validation_max,
                       validation_monotonic, required, ephemeral))

struct TemplateVersionVariable {
  std::string name, description, type, value, default_value;
  bool required = false;
  bool sensitive = false;
};
BOOST_DESCRIBE_STRUCT(TemplateVersionVariable, (), (name, description, type, value, default_value, required, sensitive))

struct TemplateVersionExternalAuth {
  std::string id, type, display_name, display_icon, authenticate_url;
  bool authenticated = false;
  std::optional<bool> optional;
};
BOOST_DESCRIBE_STRUCT(TemplateVersionExternalAuth, (),
                      (id, type, display_name, display_icon, authenticate_url, authenticated, optional))

// PascalCase on the wire.
struct PresetParameter {
  std::string Name, Value;
};
BOOST_DESCRIBE_STRUCT(PresetParameter, (), (Name, Value))

struct Preset {
  PresetId ID;
  std::string Name;
  std::vector<PresetParameter> Parameters;
  bool Default = false;
  Nullable<std::int64_t> DesiredPrebuildInstances;
  std::string Description, Icon;
};
BOOST_DESCRIBE_STRUCT(Preset, (), (ID, Name, Parameters, Default, DesiredPrebuildInstances, Description, Icon))

struct DynamicParametersRequest {
  std::int64_t id = 0;
  std::map<std::string, std::string> inputs;
  std::optional<UserId> owner_id;
};
BOOST_DESCRIBE_STRUCT(DynamicParametersRequest, (), (id, inputs, owner_id))

struct DiagnosticExtra {
  std::string code;
};
BOOST_DESCRIBE_STRUCT(DiagnosticExtra, (), (code))

struct FriendlyDiagnostic {
  std::string severity;  // error, warning
  std::string summary, detail;
  DiagnosticExtra extra;
};
BOOST_DESCRIBE_STRUCT(FriendlyDiagnostic, (), (severity, summary, detail, extra))

struct NullHclString {
  std::string value;
  bool valid = false;
};
BOOST_DESCRIBE_STRUCT(NullHclString, (), (value, valid))

struct PreviewParameterOption {
  std::string name, description;
  NullHclString value;
  std::string icon;
};
BOOST_DESCRIBE_STRUCT(PreviewParameterOption, (), (name, description, value, icon))

struct PreviewParameterValidation {
  std::string validation_error;
  Nullable<std::string> validation_regex;
  Nullable<std::int64_t> validation_min, validation_max;
  Nullable<std::string> validation_monotonic;
};
BOOST_DESCRIBE_STRUCT(PreviewParameterValidation, (),
                      (validation_error, validation_regex, validation_min, validation_max, validation_monotonic))

struct ParameterStyling {
  std::optional<std::string> placeholder;
  std::optional<bool> disabled;
  std::optional<std::string> label;
  std::optional<bool> mask_input;
};
BOOST_DESCRIBE_STRUCT(ParameterStyling, (), (placeholder, disabled, label, mask_input))

struct PreviewParameter {
  std::string name, display_name, description;
  ParameterType type = ParameterType::String;
  std::string form_type;
  ParameterStyling styling;
  bool mutable_ = false;
  NullHclString default_value;
  std::string icon;
  std::vector<PreviewParameterOption> options;
  std::vector<PreviewParameterValidation> validations;
  bool required = false;
  std::int64_t order = 0;
  bool ephemeral = false;
  NullHclString value;
  std::vector<FriendlyDiagnostic> diagnostics;
};
BOOST_DESCRIBE_STRUCT(PreviewParameter, (),
                      (name, display_name, description, type, form_type, styling, mutable_, default_value, icon,
                       options, validations, required, order, ephemeral, value, diagnostics))

struct DynamicParametersResponse {
  std::int64_t id = 0;
  std::vector<FriendlyDiagnostic> diagnostics;
  std::vector<PreviewParameter> parameters;
};
BOOST_DESCRIBE_STRUCT(DynamicParametersResponse, (), (id, diagnostics, parameters))

}  // namespace berth::api

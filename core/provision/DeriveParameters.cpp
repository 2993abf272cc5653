#include "core/provision/DeriveParameters.h"

#include <set>

#include "core/provision/JsonAccess.h"

namespace berth::provision {

namespace {

void readValidation(const json::object& validation, Parameter& parameter) {
  parameter.validationRegex = textAt(validation, "regex");
  parameter.validationError = textAt(validation, "error");
  parameter.validationMonotonic = textAt(validation, "monotonic");
  // Providers before 0.8.2 have no such flags: there, two zeros mean "no limits".
  const bool hasFlags = validation.contains("min_disabled") || validation.contains("max_disabled");
  const bool isUnset = !hasFlags && numberAt(validation, "min") == 0 && numberAt(validation, "max") == 0;
  if (isUnset) return;
  if (!flagAt(validation, "min_disabled")) parameter.validationMin = number32At(validation, "min");
  if (!flagAt(validation, "max_disabled")) parameter.validationMax = number32At(validation, "max");
}

Parameter parameterOf(const json::object& values) {
  Parameter parameter;
  parameter.name = textAt(values, "name");
  parameter.displayName = textAt(values, "display_name");
  parameter.description = textAt(values, "description");
  parameter.type = textAt(values, "type");
  parameter.formType = textAt(values, "form_type");
  parameter.icon = textAt(values, "icon");
  parameter.defaultValue = textAt(values, "default");
  parameter.styling = textAt(values, "styling");
  parameter.isRequired = !flagAt(values, "optional");
  parameter.isMutable = flagAt(values, "mutable");
  parameter.isEphemeral = flagAt(values, "ephemeral");
  parameter.order = number32At(values, "order");
  for (const auto& raw : arrayAt(values, "option")) {
    const auto& option = asObject(raw);
    parameter.options.push_back(
        {textAt(option, "name"), textAt(option, "description"), textAt(option, "value"), textAt(option, "icon")});
  }
  if (!arrayAt(values, "validation").empty()) readValidation(blockAt(values, "validation"), parameter);
  return parameter;
}

}  // namespace

Result<std::vector<Parameter>> deriveParameters(const Snapshot& snapshot) {
  std::vector<Parameter> parameters;
  std::set<std::string> names;
  for (const auto& instance : snapshot.instances) {
    if (instance.isManaged || instance.type != "coder_parameter") continue;
    parameters.push_back(parameterOf(instance.values));
    if (!names.insert(parameters.back().name).second)
      return fail(ErrorCode::InvalidInput,
                  std::format("coder_parameter names must be unique but \"{}\" appears multiple "
                              "times",
                              parameters.back().name));
  }
  return parameters;
}

Result<std::vector<Preset>> derivePresets(const Snapshot& snapshot) {
  std::vector<Preset> presets;
  for (const auto& instance : snapshot.instances) {
    if (instance.isManaged || instance.type != "coder_workspace_preset") continue;
    presets.push_back({textAt(instance.values, "name"), textAt(instance.values, "description"),
                       textAt(instance.values, "icon"), flagAt(instance.values, "default"),
                       textsAt(instance.values, "parameters")});
  }
  if (std::ranges::count_if(presets, &Preset::isDefault) > 1)
    return fail(ErrorCode::InvalidInput, "a maximum of 1 coder_workspace_preset can be marked as default");
  return presets;
}

}  // namespace berth::provision

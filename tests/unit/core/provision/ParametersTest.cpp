#include "core/provision/Parameters.h"

#include <gmock/gmock.h>

using namespace berth;
using namespace berth::provision;
using testing::HasSubstr;
using testing::SizeIs;

namespace {

TemplateVersionParameterRecord parameterOf(std::string name, ParameterType type) {
  TemplateVersionParameterRecord parameter;
  parameter.name = std::move(name);
  parameter.type = type;
  parameter.isMutable = true;
  return parameter;
}

TemplateVersionParameterRecord cores() {
  auto parameter = parameterOf("cores", ParameterType::Number);
  parameter.defaultValue = "2";
  parameter.validationMin = 1;
  parameter.validationMax = 8;
  parameter.validationMonotonic = "increasing";
  return parameter;
}

TemplateVersionParameterRecord region() {
  auto parameter = parameterOf("region", ParameterType::String);
  parameter.defaultValue = "eu";
  parameter.isMutable = false;
  parameter.options = {{"Europe", "", "eu", ""}, {"America", "", "us", ""}};
  return parameter;
}

std::string problemOf(const TemplateVersionParameterRecord& parameter, std::string_view value,
                      const std::optional<std::string>& previous = std::nullopt) {
  return describe(checkParameterValue(parameter, value, previous));
}

}  // namespace

TEST(Parameters, checksNumbers) {
  EXPECT_EQ(problemOf(cores(), "3"), "");
  EXPECT_THAT(problemOf(cores(), "0"), HasSubstr("value 0 is less than the minimum 1"));
  EXPECT_THAT(problemOf(cores(), "9"), HasSubstr("value 9 is more than the maximum 8"));
  EXPECT_THAT(problemOf(cores(), "2.5"), HasSubstr("value \"2.5\" is not a number"));
  EXPECT_THAT(problemOf(cores(), "2", "3"), HasSubstr("'2' must be equal or greater than previous value: 3"));
  EXPECT_EQ(problemOf(cores(), "3", "3"), "");
  auto own = cores();
  own.validationError = "{value} is not in {min}..{max}";
  EXPECT_THAT(problemOf(own, "9"), HasSubstr("9 is not in 1..8"));
  EXPECT_EQ(problemOf(parameterOf("x", ParameterType::Number), "2.5"), "");
  EXPECT_THAT(problemOf(parameterOf("x", ParameterType::Number), "two"), HasSubstr("not of type \"number\""));
}

TEST(Parameters, checksOptionsAndLists) {
  EXPECT_EQ(problemOf(region(), "us"), "");
  EXPECT_THAT(problemOf(region(), "asia"), HasSubstr("the value \"asia\" must be defined as one of options"));
  auto repos = parameterOf("repos", ParameterType::ListString);
  EXPECT_EQ(problemOf(repos, R"(["a"])"), "");
  EXPECT_THAT(problemOf(repos, "a"), HasSubstr("not of type \"list(string)\""));
  repos.formType = "multi-select";
  repos.options = {{"A", "", "a", ""}, {"B", "", "b", ""}};
  EXPECT_EQ(problemOf(repos, R"(["a","b"])"), "");
  EXPECT_THAT(problemOf(repos, R"(["c"])"), HasSubstr("one of options"));
}

TEST(Parameters, checksPatternsAndSurvivesBadOnes) {
  auto name = parameterOf("name", ParameterType::String);
  name.validationRegex = "^[a-z]+$";
  name.validationError = "lower case only";
  EXPECT_EQ(problemOf(name, "abc"), "");
  EXPECT_THAT(problemOf(name, "Abc"), HasSubstr("lower case only (value \"Abc\" does not match \"^[a-z]+$\")"));
  EXPECT_THAT(problemOf(name, ""), HasSubstr("lower case only"));
  name.validationRegex = "(";
  EXPECT_THAT(problemOf(name, "a"), HasSubstr("cannot be used"));
  name.validationRegex = "^(a+)+$";
  EXPECT_NE(problemOf(name, std::string(64, 'a') + "b"), "");  // ends, whatever it says
}

TEST(Parameters, checksBooleans) {
  const auto flag = parameterOf("flag", ParameterType::Bool);
  EXPECT_EQ(problemOf(flag, "T"), "");
  EXPECT_THAT(problemOf(flag, "yes"), HasSubstr("not of type \"bool\""));
}

TEST(Parameters, evaluatesAForm) {
  auto required = parameterOf("a-name", ParameterType::String);
  required.required = true;
  const auto form = evaluateParameters({region(), required, cores()}, {{"cores", "99"}, {"unknown", "x"}});
  ASSERT_THAT(form, SizeIs(3));
  EXPECT_EQ(form[0].parameter.name, "a-name");
  EXPECT_EQ(form[0].value, std::nullopt);
  EXPECT_EQ(form[0].diagnostics.at(0).code, "required");
  EXPECT_EQ(form[1].value, "99");
  EXPECT_THAT(form[1].diagnostics, SizeIs(1));
  EXPECT_EQ(form[2].value, "eu");
}

TEST(Parameters, resolvesPresetOverRequestOverPreviousOverDefault) {
  auto mutableRegion = region();
  mutableRegion.isMutable = true;
  auto debug = parameterOf("debug", ParameterType::Bool);
  debug.ephemeral = true;
  debug.defaultValue = "false";
  const auto resolved =
      resolveParameters({cores(), mutableRegion, debug, parameterOf("note", ParameterType::String)},
                        {.previous = {{"cores", "2"}, {"debug", "true"}, {"note", "kept"}, {"gone", "x"}},
                         .request = {{"cores", "3"}, {"region", "us"}},
                         .preset = {{"cores", "4"}},
                         .hasPrevious = true});
  EXPECT_TRUE(resolved.problems.empty());
  TextMap values;
  for (const auto& [name, value] : resolved.values) values[name] = value;
  EXPECT_EQ(values, (TextMap{{"cores", "4"}, {"region", "us"}, {"debug", "false"}, {"note", "kept"}}));
}

TEST(Parameters, refusesChangedImmutableAndMissingOnes) {
  auto required = parameterOf("zone", ParameterType::String);
  required.required = true;
  const auto resolved = resolveParameters(
      {required, region()},
      {.previous = {{"region", "eu"}}, .request = {{"region", "us"}}, .preset = {}, .hasPrevious = true});
  ASSERT_THAT(resolved.problems, SizeIs(2));
  EXPECT_EQ(resolved.problems[0].detail,
            "Immutable parameter changed; Parameter \"region\" is not mutable, so it can't be updated after creating a "
            "workspace.");
  EXPECT_EQ(resolved.problems[1].field, "zone");
}

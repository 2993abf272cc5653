#include "Sample.h"

using namespace berth;
using namespace berth::store;

using Templates = SampleTest;

TEST_F(Templates, comeBackAsStored) {
  const auto record = in([&](Transaction& tx) { return getTemplate(tx, sample.aTemplate.id); });
  EXPECT_EQ(record.name, "docker");
  EXPECT_EQ(record.activityBumpMs, 3'600'000);
  EXPECT_EQ(record.maxPortShareLevel, SharingLevel::Public);
  EXPECT_TRUE(
      in([&](Transaction& tx) { return findTemplateByName(tx, sample.organization.id, "DOCKER"); }).has_value());
}

TEST_F(Templates, giveTheirNameBackWhenDeleted) {
  auto other = sample.aTemplate;
  other.id = TemplateId::random();
  EXPECT_EQ(codeOf([&](Transaction& tx) { return insertTemplate(tx, other); }), ErrorCode::AlreadyExists);
  auto deleted = sample.aTemplate;
  deleted.deleted = true;
  in([&](Transaction& tx) { return updateTemplate(tx, deleted); });
  in([&](Transaction& tx) { return insertTemplate(tx, other); });
  EXPECT_EQ(in([](Transaction& tx) { return listTemplates(tx); }).size(), 1U);
  EXPECT_EQ(in([](Transaction& tx) { return listTemplates(tx, true); }).size(), 1U);
}

TEST_F(Templates, haveVersionsInOrder) {
  auto job = sample.importJob;
  job.id = JobId::random();
  auto second = sample.version;
  second.id = TemplateVersionId::random();
  second.jobId = job.id;
  second.templateId = sample.aTemplate.id;
  second.createdAt = at(100);
  second.name = "second";
  in([&](Transaction& tx) { return insertJob(tx, job); });
  in([&](Transaction& tx) { return insertTemplateVersion(tx, second); });
  const auto versions = in([&](Transaction& tx) { return listTemplateVersions(tx, sample.aTemplate.id); });
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[1].name, "second");
  EXPECT_EQ(in([&](Transaction& tx) { return findPreviousTemplateVersion(tx, second); })->id, sample.version.id);
  EXPECT_EQ(in([&](Transaction& tx) { return findTemplateVersionByName(tx, sample.aTemplate.id, "second"); })->id,
            second.id);
  EXPECT_EQ(in([&](Transaction& tx) { return findTemplateVersionByJob(tx, job.id); })->id, second.id);
  EXPECT_TRUE(in([&](Transaction& tx) { return isTemplateVersionInUse(tx, sample.version.id); }));
  EXPECT_FALSE(in([&](Transaction& tx) { return isTemplateVersionInUse(tx, second.id); }));
}

TEST_F(Templates, keepWhatAnImportFound) {
  TemplateVersionParameterRecord parameter;
  parameter.templateVersionId = sample.version.id;
  parameter.name = "region";
  parameter.options = {{.name = "Europe", .description = "", .value = "eu", .icon = "/eu.png"}};
  parameter.validationMin = -3;
  const PresetRecord preset{.id = PresetId::random(),
                            .templateVersionId = sample.version.id,
                            .position = 0,
                            .name = "small",
                            .description = "",
                            .icon = "",
                            .isDefault = true,
                            .desiredPrebuildInstances = {}};
  TemplateVersionVariableRecord variable;
  variable.templateVersionId = sample.version.id;
  variable.name = "token";
  variable.sensitive = true;
  in([&](Transaction& tx) -> Result<void> {
    TRY(insertTemplateVersionParameter(tx, parameter));
    TRY(insertPreset(tx, preset, {{.presetId = preset.id, .name = "region", .value = "eu"}}));
    TRY(insertTemplateVersionVariable(tx, variable));
    return setCachedPlan(tx, sample.version.id, "{}");
  });
  const auto parameters = in([&](Transaction& tx) { return listTemplateVersionParameters(tx, sample.version.id); });
  ASSERT_EQ(parameters.size(), 1U);
  EXPECT_EQ(parameters[0].options.at(0).value, "eu");
  EXPECT_EQ(parameters[0].validationMin, -3);
  EXPECT_EQ(parameters[0].validationMax, std::nullopt);
  EXPECT_EQ(in([&](Transaction& tx) { return listPresets(tx, sample.version.id); }).at(0).name, "small");
  EXPECT_EQ(in([&](Transaction& tx) { return listPresetParameters(tx, sample.version.id); }).at(0).value, "eu");
  EXPECT_TRUE(in([&](Transaction& tx) { return findPreset(tx, preset.id); })->isDefault);
  EXPECT_TRUE(in([&](Transaction& tx) { return listTemplateVersionVariables(tx, sample.version.id); }).at(0).sensitive);
  EXPECT_EQ(in([&](Transaction& tx) { return getCachedPlan(tx, sample.version.id); }), "{}");
  EXPECT_EQ(in([](Transaction& tx) { return getCachedPlan(tx, TemplateVersionId::random()); }), "");
}

TEST_F(Templates, needAVersionThatExists) {
  auto other = sample.version;
  other.id = TemplateVersionId::random();
  other.jobId = JobId::random();
  EXPECT_EQ(codeOf([&](Transaction& tx) { return insertTemplateVersion(tx, other); }), ErrorCode::Conflict);
}

// A store in a temporary folder, and a chain of rows from user to app to hang a test on.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "core/store/Agents.h"
#include "core/store/ApiKeys.h"
#include "core/store/Apps.h"
#include "core/store/AuditLogs.h"
#include "core/store/Builds.h"
#include "core/store/Files.h"
#include "core/store/Jobs.h"
#include "core/store/Organizations.h"
#include "core/store/Resources.h"
#include "core/store/Settings.h"
#include "core/store/Templates.h"
#include "core/store/Users.h"
#include "core/store/Workspaces.h"

namespace berth::store {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::filesystem::path path() const { return m_path; }

 private:
  std::filesystem::path m_path;
};

inline WallTime at(std::int64_t seconds) { return WallTime(std::chrono::seconds(1'700'000'000 + seconds)); }

class StoreTest : public testing::Test {
 protected:
  StoreTest();
  // Before an io_context that a test made goes (Store.h).
  void TearDown() override { store->stop(); }

  // Runs in a transaction and gives the value, or fails the test.
  template <typename Work>
  auto in(Work work) {
    auto result = store->runBlocking(std::move(work));
    if (!result) ADD_FAILURE() << result.error().message();
    if constexpr (!std::is_void_v<typename decltype(result)::value_type>) return std::move(result).value();
  }
  // Runs in a transaction that has to fail, and gives the code.
  template <typename Work>
  ErrorCode codeOf(Work work) {
    auto result = store->runBlocking(std::move(work));
    EXPECT_FALSE(result.has_value());
    return result ? ErrorCode::Internal : result.error().code();
  }

  TemporaryFolder folder;
  std::unique_ptr<Store> store;
};

// One of each, inserted in the order that foreign keys ask for.
struct Sample {
  OrganizationRecord organization;
  UserRecord user;
  FileRecord file;
  JobRecord importJob, buildJob;
  TemplateVersionRecord version;
  TemplateRecord aTemplate;
  WorkspaceRecord workspace;
  BuildRecord build;
  ResourceRecord resource;
  AgentRecord agent;
  AgentScriptRecord script;
  AppRecord app;
};
Sample makeSample();
Result<void> insertSample(Transaction& tx, const Sample& sample);
// Another build of the workspace with a resource and an agent of its own; only ids and number are new.
Sample nextBuild(const Sample& sample);
Result<void> insertNextBuild(Transaction& tx, const Sample& sample);

class SampleTest : public StoreTest {
 protected:
  SampleTest();
  Sample sample = makeSample();
};

}  // namespace berth::store

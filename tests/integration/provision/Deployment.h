// A store with one user and a worker on it that runs the real OpenTofu: the server as provisioning sees it.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "core/provision/Worker.h"
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::provision::test {

// What a template is in these tests: files by path.
using Files = std::map<std::string, std::string>;

Files recordedTemplate();  // tests/data/provision/full
std::string readTestData(std::string_view path);

// Skips with the reason when there is no OpenTofu or no provider mirror.
#define BERTH_REQUIRE_TOFU()                                                                                     \
  do {                                                                                                           \
    if (const auto missing = ::berth::provision::test::missingTool(); !missing.empty()) GTEST_SKIP() << missing; \
  } while (false)
std::string missingTool();

class Deployment {
 public:
  Deployment();
  ~Deployment();

  store::Store& store() { return *m_store; }
  const std::filesystem::path& directory() const { return m_directory; }
  std::filesystem::path jobsDirectory() const { return m_directory / "provision" / "jobs"; }

  void startWorker();
  // As at the end of the server; false when it took more than a second.
  bool stopWorker();
  // As a kill -9 of the server: the worker is gone without a word. OpenTofu goes on.
  void loseWorker();
  void cancel(JobId job);

  store::TemplateVersionRecord push(const Files& files, std::vector<store::NamedValue> variables = {});
  store::WorkspaceRecord createWorkspace(const store::TemplateVersionRecord& version);
  store::BuildRecord build(const store::WorkspaceRecord& workspace, const store::TemplateVersionRecord& version,
                           Transition transition, const store::TextMap& parameters = {});

  store::JobRecord job(JobId id);
  // The job when it has ended; fails the test after a minute.
  store::JobRecord finished(JobId id);
  // Runs the loop until the condition holds; false after a minute.
  bool waitUntil(const std::function<bool()>& condition);
  void runFor(std::chrono::milliseconds time);

  std::string logOf(JobId id);
  bool logContains(JobId id, std::string_view text) { return logOf(id).contains(text); }
  std::vector<std::string> stagesOf(JobId id);
  std::string stateOf(BuildId id);

 private:
  JobId insertJob(JobType type, FileId file, store::JobInput input);

  std::filesystem::path m_directory;
  std::unique_ptr<store::Store> m_store;
  std::unique_ptr<asio::io_context> m_io;
  std::unique_ptr<Worker> m_worker;
  OrganizationId m_organization;
  UserId m_user;
  int m_count = 0;
};

}  // namespace berth::provision::test

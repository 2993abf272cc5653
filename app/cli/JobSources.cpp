#include <format>

#include "app/cli/JobWatcher.h"

namespace berth::cli {

namespace {

class BuildJob final : public JobSource {
 public:
  BuildJob(client::Session& session, const api::WorkspaceBuild& build)
      : m_session(session),
        m_id(build.id),
        m_workspace(std::format("{}/{}", build.workspace_owner_name, build.workspace_name)) {}

  Task<Result<api::ProvisionerJob>> fetch() override {
    CO_TRY_ASSIGN(auto build, co_await m_session.build(m_id));
    co_return std::move(build.job);
  }
  Task<Result<std::unique_ptr<client::JobLogStream>>> follow(std::int64_t after) override {
    return m_session.followBuildLogs(m_id, after);
  }
  Task<Result<void>> cancel() override { return m_session.cancelBuild(m_id); }
  std::string outlook() const override {
    return std::format("The build may go on there: once the server answers, see `berth list` or `berth show {}`.",
                       m_workspace);
  }

 private:
  client::Session& m_session;
  BuildId m_id;
  std::string m_workspace;  // owner/name
};

class VersionJob final : public JobSource {
 public:
  VersionJob(client::Session& session, TemplateVersionId id) : m_session(session), m_id(id) {}

  Task<Result<api::ProvisionerJob>> fetch() override {
    CO_TRY_ASSIGN(auto version, co_await m_session.templateVersion(m_id));
    co_return std::move(version.job);
  }
  Task<Result<std::unique_ptr<client::JobLogStream>>> follow(std::int64_t after) override {
    return m_session.followTemplateVersionLogs(m_id, after);
  }
  Task<Result<void>> cancel() override { return m_session.cancelTemplateVersion(m_id); }
  std::string outlook() const override { return "The template was not changed: try again once the server answers."; }

 private:
  client::Session& m_session;
  TemplateVersionId m_id;
};

class DryRunJob final : public JobSource {
 public:
  DryRunJob(client::Session& session, TemplateVersionId version, JobId id)
      : m_session(session), m_version(version), m_id(id) {}

  Task<Result<api::ProvisionerJob>> fetch() override { return m_session.dryRun(m_version, m_id); }
  Task<Result<std::unique_ptr<client::JobLogStream>>> follow(std::int64_t after) override {
    return m_session.followDryRunLogs(m_version, m_id, after);
  }
  Task<Result<void>> cancel() override { return m_session.cancelDryRun(m_version, m_id); }
  std::string outlook() const override { return "Nothing was made yet: try again once the server answers."; }

 private:
  client::Session& m_session;
  TemplateVersionId m_version;
  JobId m_id;
};

}  // namespace

std::unique_ptr<JobSource> buildJob(client::Session& session, const api::WorkspaceBuild& build) {
  return std::make_unique<BuildJob>(session, build);
}

std::unique_ptr<JobSource> versionJob(client::Session& session, TemplateVersionId id) {
  return std::make_unique<VersionJob>(session, id);
}

std::unique_ptr<JobSource> dryRunJob(client::Session& session, TemplateVersionId version, JobId id) {
  return std::make_unique<DryRunJob>(session, version, id);
}

}  // namespace berth::cli

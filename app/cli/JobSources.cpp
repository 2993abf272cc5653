#include "app/cli/JobWatcher.h"

namespace berth::cli {

namespace {

class BuildJob final : public JobSource {
 public:
  BuildJob(client::Session& session, BuildId id) : m_session(session), m_id(id) {}

  Task<Result<api::ProvisionerJob>> fetch() override {
    CO_TRY_ASSIGN(auto build, co_await m_session.build(m_id));
    co_return std::move(build.job);
  }
  Task<Result<std::unique_ptr<client::JobLogStream>>> follow() override { return m_session.followBuildLogs(m_id); }
  Task<Result<void>> cancel() override { return m_session.cancelBuild(m_id); }

 private:
  client::Session& m_session;
  BuildId m_id;
};

class VersionJob final : public JobSource {
 public:
  VersionJob(client::Session& session, TemplateVersionId id) : m_session(session), m_id(id) {}

  Task<Result<api::ProvisionerJob>> fetch() override {
    CO_TRY_ASSIGN(auto version, co_await m_session.templateVersion(m_id));
    co_return std::move(version.job);
  }
  Task<Result<std::unique_ptr<client::JobLogStream>>> follow() override {
    return m_session.followTemplateVersionLogs(m_id);
  }
  Task<Result<void>> cancel() override { return m_session.cancelTemplateVersion(m_id); }

 private:
  client::Session& m_session;
  TemplateVersionId m_id;
};

class DryRunJob final : public JobSource {
 public:
  DryRunJob(client::Session& session, TemplateVersionId version, JobId id)
      : m_session(session), m_version(version), m_id(id) {}

  Task<Result<api::ProvisionerJob>> fetch() override { return m_session.dryRun(m_version, m_id); }
  Task<Result<std::unique_ptr<client::JobLogStream>>> follow() override {
    return m_session.followDryRunLogs(m_version, m_id);
  }
  Task<Result<void>> cancel() override { return m_session.cancelDryRun(m_version, m_id); }

 private:
  client::Session& m_session;
  TemplateVersionId m_version;
  JobId m_id;
};

}  // namespace

std::unique_ptr<JobSource> buildJob(client::Session& session, BuildId id) {
  return std::make_unique<BuildJob>(session, id);
}

std::unique_ptr<JobSource> versionJob(client::Session& session, TemplateVersionId id) {
  return std::make_unique<VersionJob>(session, id);
}

std::unique_ptr<JobSource> dryRunJob(client::Session& session, TemplateVersionId version, JobId id) {
  return std::make_unique<DryRunJob>(session, version, id);
}

}  // namespace berth::cli

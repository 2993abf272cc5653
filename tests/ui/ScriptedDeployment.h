// A deployment whose answers the test gives; it remembers what it was asked to do. And builders of those answers.
#pragma once

#include "ui/bridge/Deployment.h"

namespace berth::ui {

class ScriptedDeployment final : public Deployment {
 public:
  explicit ScriptedDeployment(QString id = QStringLiteral("local"), QString name = QStringLiteral("This computer"))
      : m_id(std::move(id)), m_name(std::move(name)) {}

  QString id() const override { return m_id; }
  QString name() const override { return m_name; }
  QString url() const override { return QStringLiteral("http://127.0.0.1:1"); }
  bool isLocal() const override { return m_id == QLatin1String("local"); }
  void start() override {}
  void refresh() override { ++refreshes; }
  void build(WorkspaceId, Transition transition, Reply reply) override {
    builds.append(transition);
    reply(answerNow());
  }
  void cancelBuild(BuildId build, Reply reply) override {
    cancelled.append(build);
    reply(answerNow());
  }
  void create(api::CreateWorkspaceRequest request, Reply reply) override {
    created.append(QString::fromStdString(request.name));
    reply(answerNow());
  }
  void importExample(const QString& exampleId, ProgressReport progress, Reply reply) override {
    imported.append(exampleId);
    progress(QStringLiteral("Setting up"));
    pendingImport = std::move(reply);
  }
  void followLog(BuildId build) override { followed.append(build); }
  void unfollowLog(BuildId build) override { followed.removeOne(build); }

  void answer(std::vector<api::Workspace> workspaces) {
    Q_EMIT workspacesReceived(std::make_shared<const std::vector<api::Workspace>>(std::move(workspaces)));
  }
  void answerTemplates(std::vector<api::Template> templates) {
    Q_EMIT templatesReceived(std::make_shared<const std::vector<api::Template>>(std::move(templates)));
  }
  void sendLog(const BuildId& build, std::vector<api::ProvisionerJobLog> lines) {
    Q_EMIT logReceived(QString::fromStdString(build.toString()),
                       std::make_shared<const std::vector<api::ProvisionerJobLog>>(std::move(lines)));
  }

  QList<Transition> builds;
  QList<BuildId> cancelled;
  QList<BuildId> followed;
  QStringList created;
  QStringList imported;
  Reply pendingImport;
  std::optional<Error> refusal;  // of every action
  int refreshes = 0;

 private:
  Result<void> answerNow() const { return refusal ? Result<void>(std::unexpected(*refusal)) : Result<void>(); }

  QString m_id;
  QString m_name;
};

// An id that is the same for the same name.
inline Uuid uuidOf(std::string_view name) {
  const auto hash = static_cast<unsigned long long>(std::hash<std::string_view>()(name));
  return *Uuid::parse(std::format("00000000-0000-4000-8000-{:012x}", hash & 0xffff'ffff'ffffULL));
}

inline api::WorkspaceAgent agentOf(std::string name, AgentStatus status = AgentStatus::Connected,
                                   AgentLifecycle lifecycle = AgentLifecycle::Ready) {
  api::WorkspaceAgent agent;
  agent.name = std::move(name);
  agent.operating_system = "linux";
  agent.architecture = "amd64";
  agent.directory = "/home/coder";
  agent.status = status;
  agent.lifecycle_state = lifecycle;
  return agent;
}

// The newest build decides what a workspace is; `ago` is when it began. Status and transition have to fit.
inline api::Workspace workspaceOf(const std::string& name, WorkspaceStatus status, std::int64_t number = 1,
                                  std::chrono::seconds ago = std::chrono::minutes(5)) {
  const WallTime began = std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now() - ago);
  api::Workspace made;
  made.id = WorkspaceId(uuidOf(name));
  made.name = name;
  made.owner_name = "alice";
  made.template_name = "docker";
  made.template_display_name = "Docker container";
  made.last_used_at = began;
  auto& build = made.latest_build;
  build.id = BuildId(uuidOf(name + std::to_string(number)));
  build.build_number = number;
  build.status = status;
  build.initiator_name = "alice";
  build.created_at = began;
  build.job.started_at = began;
  const bool isActive = status == WorkspaceStatus::Starting || status == WorkspaceStatus::Stopping ||
                        status == WorkspaceStatus::Deleting || status == WorkspaceStatus::Pending;
  build.job.status = isActive                              ? JobStatus::Running
                     : status == WorkspaceStatus::Failed   ? JobStatus::Failed
                     : status == WorkspaceStatus::Canceled ? JobStatus::Canceled
                                                           : JobStatus::Succeeded;
  if (!isActive) build.job.completed_at = began + std::chrono::seconds(9);
  build.transition = status == WorkspaceStatus::Stopping || status == WorkspaceStatus::Stopped ? Transition::Stop
                     : status == WorkspaceStatus::Deleting                                     ? Transition::Delete
                                                                                               : Transition::Start;
  if (status != WorkspaceStatus::Running) return made;
  api::WorkspaceResource resource;
  resource.agents = std::vector{agentOf("main")};
  resource.agents->front().id = AgentId(uuidOf(name + ".main"));
  build.resources = {resource};
  return made;
}

inline api::Template templateOf(const std::string& name, std::string displayName, std::string description) {
  api::Template made;
  made.id = TemplateId(uuidOf(name));
  made.name = name;
  made.display_name = std::move(displayName);
  made.description = std::move(description);
  made.active_user_count = 1;
  made.updated_at = std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
  return made;
}

inline api::ProvisionerJobLog logLine(std::int64_t id, std::string stage, std::string output,
                                      LogLevel level = LogLevel::Info) {
  api::ProvisionerJobLog line;
  line.id = id;
  line.created_at = std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
  line.stage = std::move(stage);
  line.output = std::move(output);
  line.log_level = level;
  return line;
}

}  // namespace berth::ui

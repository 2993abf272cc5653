#include "ui/bridge/RemoteDeployment.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

#include "core/client/Session.h"
#include "ui/bridge/Mailbox.h"
#include "ui/bridge/TemplateImport.h"

namespace berth::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kPollWhileChanging = 700ms;
constexpr auto kPollWhileQuiet = 3s;
constexpr auto kPollWhileUnreachable = 5s;
constexpr int kTemplatePolls = 10;  // templates are asked for once in so many rounds
constexpr std::size_t kLogBatch = 200;
constexpr auto kLogBatchDelay = 40ms;

bool isChanging(const api::Workspace& workspace) {
  const JobStatus status = workspace.latest_build.job.status;
  if (status == JobStatus::Pending || status == JobStatus::Running || status == JobStatus::Canceling) return true;
  for (const auto& resource : workspace.latest_build.resources)
    for (const auto& agent : resource.agents.value_or(std::vector<api::WorkspaceAgent>()))
      if (agent.status == AgentStatus::Connecting || agent.lifecycle_state == AgentLifecycle::Starting) return true;
  return false;
}

client::SessionOptions optionsFor(const DeploymentAddress& address, Secret token) {
  client::SessionOptions options;
  if (auto url = http::parseUrl(address.url.toStdString())) options.url = *url;
  options.token = std::move(token);
  options.userAgent = "berth-desktop";
  return options;
}

}  // namespace

class RemoteDeployment::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(CoreThread& thread, const DeploymentAddress& address, Secret token, std::shared_ptr<Mailbox> mailbox,
       RemoteDeployment* owner)
      : m_executor(thread.executor()),
        m_session(m_executor, optionsFor(address, std::move(token))),
        m_wake(m_executor),
        m_mailbox(std::move(mailbox)),
        m_owner(owner) {}

  template <typename Action>
  void post(Action action) {
    asio::post(m_executor, [self = shared_from_this(), action = std::move(action)] { action(*self); });
  }

  void start() { asio::co_spawn(m_executor, poll(shared_from_this()), asio::detached); }
  void wake() {
    m_wantsTemplates = true;
    m_wake.cancel();
  }
  void stop() {
    m_isStopped = true;
    m_wake.cancel();
    for (auto& [id, stream] : m_logs)
      if (stream) stream->close();
  }

  void run(std::function<Task<Result<void>>(client::Session&)> call, Reply reply) {
    asio::co_spawn(m_executor, runCall(shared_from_this(), std::move(call), std::move(reply)), asio::detached);
  }
  void followLog(BuildId build) {
    if (!m_logs.contains(build)) asio::co_spawn(m_executor, readLog(shared_from_this(), build), asio::detached);
  }
  void unfollowLog(BuildId build) {
    const auto found = m_logs.find(build);
    if (found == m_logs.end()) return;
    if (found->second) found->second->close();
    m_logs.erase(found);
  }

 private:
  // The object of the main thread is only named here, never touched: the mailbox decides whether it still is.
  template <typename Emit>
  void tell(Emit emit) {
    m_mailbox->post([owner = m_owner, emit = std::move(emit)] { emit(*owner); });
  }

  static Task<void> poll(std::shared_ptr<Core> self) {
    int round = 0;
    while (!self->m_isStopped) {
      auto pause = co_await self->ask(self->m_wantsTemplates || round % kTemplatePolls == 0);
      if (self->m_isStopped) co_return;
      ++round;
      self->m_wake.expires_after(pause);
      boost::system::error_code ignored;
      co_await self->m_wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }

  // One round of questions; answers how long to wait for the next.
  Task<std::chrono::milliseconds> ask(bool withTemplates) {
    if (m_user.empty()) {
      auto me = co_await m_session.me();
      if (!me) co_return report(me.error());
      m_user = me->username;
    }
    auto workspaces = co_await m_session.workspaces("owner:me");
    if (!workspaces) co_return report(workspaces.error());
    if (!m_isReached) {
      m_isReached = true;
      tell([version = QString::fromStdString(m_session.serverVersion()), user = QString::fromStdString(m_user)](
               RemoteDeployment& owner) { Q_EMIT owner.serverReached(version, user); });
    }
    const bool changing = std::ranges::any_of(*workspaces, isChanging);
    auto list = std::make_shared<const std::vector<api::Workspace>>(std::move(*workspaces));
    tell([list](RemoteDeployment& owner) { Q_EMIT owner.workspacesReceived(list); });
    if (withTemplates) {
      auto templates = co_await m_session.templates();
      if (!templates) co_return report(templates.error());
      m_wantsTemplates = templates->empty();  // a new server is still adding its own
      auto shared = std::make_shared<const std::vector<api::Template>>(std::move(*templates));
      tell([shared](RemoteDeployment& owner) { Q_EMIT owner.templatesReceived(shared); });
    }
    co_return changing || m_wantsTemplates ? kPollWhileChanging : std::chrono::milliseconds(kPollWhileQuiet);
  }

  std::chrono::milliseconds report(const Error& error) {
    m_isReached = false;
    const QString reason = QString::fromStdString(error.message());
    if (error.code() == ErrorCode::Unauthenticated)
      tell([reason](RemoteDeployment& owner) { Q_EMIT owner.signedOut(reason); });
    else
      tell([reason](RemoteDeployment& owner) { Q_EMIT owner.unreachable(reason); });
    return kPollWhileUnreachable;
  }

  static Task<void> runCall(std::shared_ptr<Core> self, std::function<Task<Result<void>>(client::Session&)> call,
                            Reply reply) {
    Result<void> result = co_await call(self->m_session);
    self->m_mailbox->post([reply = std::move(reply), result = std::move(result)] { reply(result); });
    self->wake();
  }

  static Task<void> readLog(std::shared_ptr<Core> self, BuildId build) {
    self->m_logs[build] = nullptr;
    auto opened = co_await self->m_session.followBuildLogs(build);
    const QString id = QString::fromStdString(build.toString());
    if (!opened || !self->m_logs.contains(build)) {
      self->m_logs.erase(build);
      co_return;
    }
    const std::shared_ptr<client::JobLogStream> stream = std::move(*opened);
    self->m_logs[build] = stream;
    std::vector<api::ProvisionerJobLog> batch;
    auto sent = std::chrono::steady_clock::now();
    while (true) {
      auto line = co_await stream->next();
      if (line) batch.push_back(std::move(*line));
      const auto now = std::chrono::steady_clock::now();
      if (!batch.empty() && (!line || batch.size() >= kLogBatch || now - sent >= kLogBatchDelay)) {
        auto lines = std::make_shared<const std::vector<api::ProvisionerJobLog>>(std::exchange(batch, {}));
        self->tell([id, lines](RemoteDeployment& owner) { Q_EMIT owner.logReceived(id, lines); });
        sent = now;
      }
      if (!line) break;
    }
    if (self->m_logs.erase(build) > 0) self->tell([id](RemoteDeployment& owner) { Q_EMIT owner.logEnded(id); });
  }

  asio::any_io_executor m_executor;
  client::Session m_session;
  asio::steady_timer m_wake;
  std::shared_ptr<Mailbox> m_mailbox;
  RemoteDeployment* m_owner;
  std::string m_user;
  std::map<BuildId, std::shared_ptr<client::JobLogStream>> m_logs;
  bool m_isReached = false;
  bool m_wantsTemplates = true;
  bool m_isStopped = false;
};

RemoteDeployment::RemoteDeployment(CoreThread& thread, DeploymentAddress address, Secret token, QObject* parent)
    : Deployment(parent),
      m_address(std::move(address)),
      m_mailbox(std::make_shared<Mailbox>(this)),
      m_core(std::make_shared<Core>(thread, m_address, std::move(token), m_mailbox, this)) {}

RemoteDeployment::~RemoteDeployment() {
  m_mailbox->close();
  m_core->post([](Core& core) { core.stop(); });
}

void RemoteDeployment::start() {
  m_core->post([](Core& core) { core.start(); });
}

void RemoteDeployment::refresh() {
  m_core->post([](Core& core) { core.wake(); });
}

void RemoteDeployment::build(WorkspaceId workspace, Transition transition, Reply reply) {
  m_core->post([workspace, transition, reply = std::move(reply)](Core& core) {
    core.run(
        [workspace, transition](client::Session& session) -> Task<Result<void>> {
          return [](client::Session& s, WorkspaceId id, Transition wanted) -> Task<Result<void>> {
            api::CreateWorkspaceBuildRequest request;
            request.transition = wanted;
            auto made = co_await s.createBuild(id, std::move(request));
            if (!made) co_return std::unexpected(made.error());
            co_return Result<void>();
          }(session, workspace, transition);
        },
        reply);
  });
}

void RemoteDeployment::cancelBuild(BuildId buildId, Reply reply) {
  m_core->post([buildId, reply = std::move(reply)](Core& core) {
    core.run([buildId](client::Session& session) { return session.cancelBuild(buildId); }, reply);
  });
}

void RemoteDeployment::create(api::CreateWorkspaceRequest request, Reply reply) {
  m_core->post([request = std::move(request), reply = std::move(reply)](Core& core) {
    core.run(
        [request](client::Session& session) -> Task<Result<void>> {
          return [](client::Session& s, api::CreateWorkspaceRequest wanted) -> Task<Result<void>> {
            auto made = co_await s.createWorkspace("me", std::move(wanted));
            if (!made) co_return std::unexpected(made.error());
            co_return Result<void>();
          }(session, request);
        },
        reply);
  });
}

void RemoteDeployment::importExample(const QString& exampleId, ProgressReport progress, Reply reply) {
  auto onStage = [mailbox = m_mailbox, progress = std::move(progress)](const std::string& stage) {
    mailbox->post([progress, text = QString::fromStdString(stage)] { progress(text); });
  };
  m_core->post([id = exampleId.toStdString(), onStage = std::move(onStage), reply = std::move(reply)](Core& core) {
    core.run([id, onStage](client::Session& session) { return ui::importExample(session, id, onStage); }, reply);
  });
}

void RemoteDeployment::followLog(BuildId build) {
  m_core->post([build](Core& core) { core.followLog(build); });
}

void RemoteDeployment::unfollowLog(BuildId build) {
  m_core->post([build](Core& core) { core.unfollowLog(build); });
}

}  // namespace berth::ui

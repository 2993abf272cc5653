#include "ui/presenters/LocalSetup.h"

namespace berth::ui {

namespace {

const QString kServer = QStringLiteral("server");
const QString kUser = QStringLiteral("user");
const QString kTemplate = QStringLiteral("template");
const QString kWorkspace = QStringLiteral("workspace");
const QString kAgent = QStringLiteral("agent");
const QString kReady = QStringLiteral("ready");
const QString kStarterName = QStringLiteral("docker");
constexpr qint64 kAgentMs = 90'000;

QString localId() { return QString::fromLatin1(LocalSetup::kDeploymentId); }

}  // namespace

LocalSetup::LocalSetup(LocalServer& server, LocalAccount& account, WorkspacesPresenter& workspaces, QObject* parent)
    : QObject(parent), m_server(server), m_account(account), m_workspaces(workspaces) {
  m_clock.setInterval(1000);
  connect(&m_clock, &QTimer::timeout, this, [this] { m_list.setSeconds(m_current, m_since.elapsed() / 1000); });
  connect(&m_server, &LocalServer::ready, this, [this] {
    if (isAt(kServer)) createUser();
  });
  connect(&m_server, &LocalServer::failed, this, [this](const QString& sentence) {
    if (m_isRunning) fail(sentence, tr("The whole log is %1.").arg(LocalServer::logFile()));
  });
  connect(&m_workspaces, &WorkspacesPresenter::workspacesChanged, this, &LocalSetup::advance);
  connect(m_workspaces.templates(), &QAbstractItemModel::modelReset, this, &LocalSetup::advance);
  connect(&m_workspaces, &WorkspacesPresenter::failed, this, [this](const QString& what, const QString& why) {
    if (isAt(kWorkspace)) fail(tr("%1: %2").arg(what, why));
  });
}

void LocalSetup::start() {
  m_list.setSteps({Step{.id = kServer, .title = tr("Start the server")},
                   Step{.id = kUser, .title = tr("Create the local user")},
                   Step{.id = kTemplate, .title = tr("Add the Docker template")},
                   Step{.id = kWorkspace, .title = tr("Build the first workspace")},
                   Step{.id = kAgent, .title = tr("Connect to its agent")}, Step{.id = kReady, .title = tr("Ready")}});
  ++m_run;
  m_isRunning = true;
  m_hasImported = false;
  m_askedAfterBuild.reset();
  m_total.start();
  m_clock.start();
  enter(kServer);
  m_server.start();
}

void LocalSetup::cancel() {
  if (!m_isRunning) return;
  m_isRunning = false;
  m_clock.stop();
  if (const auto item = findWorkspace(); item && item->isChanging()) m_workspaces.cancel(m_key);
}

void LocalSetup::abandon() {
  m_isRunning = false;
  m_clock.stop();
}

void LocalSetup::enter(const QString& step) {
  m_current = step;
  m_since.start();
  m_list.set(step, StepState::Running);
}

void LocalSetup::complete(const QString& detail) {
  m_list.set(m_current, StepState::Done, detail);
  m_list.setSeconds(m_current, m_since.elapsed() / 1000);
}

void LocalSetup::fail(const QString& sentence, const QString& fix) {
  m_list.set(m_current, StepState::Failed, sentence, fix);
  m_isRunning = false;
  m_clock.stop();
  Q_EMIT failed(sentence);
}

void LocalSetup::createUser() {
  complete(m_server.url().mid(7));
  enter(kUser);
  m_account.signIn(m_server.url(), [this, run = m_run](Result<LocalAccount::SignedIn> account) {
    if (run != m_run || !isAt(kUser)) return;
    if (account) return acceptAccount(*account);
    fail(tr("Signing in to the server on this computer failed: %1")
             .arg(QString::fromStdString(account.error().message())),
         tr("If its first user was made elsewhere, choose \"A server\" and sign in at %1.").arg(m_server.url()));
  });
}

void LocalSetup::acceptAccount(const LocalAccount::SignedIn& account) {
  complete(account.place == LocalAccount::PasswordPlace::Keyring
               ? tr("password kept in the desktop keyring")
               : tr("password kept in %1, which only you can read").arg(m_account.passwordFile()));
  enter(kTemplate);
  Q_EMIT signedIn(account.token);
  addTemplate();
}

void LocalSetup::addTemplate() {
  Deployment* deployment = m_workspaces.deployment(localId());
  if (deployment == nullptr) return;
  const auto isCurrent = [this, run = m_run] { return run == m_run && isAt(kTemplate); };
  deployment->importExample(
      kStarterName,
      [this, isCurrent](const QString& stage) {
        if (isCurrent()) m_list.set(kTemplate, StepState::Running, stage);
      },
      [this, isCurrent](const Result<void>& result) {
        if (!isCurrent()) return;
        if (!result) return fail(QString::fromStdString(result.error().message()));
        m_hasImported = true;
        advance();
      });
}

const TemplateItem* LocalSetup::starterTemplate() const {
  const TemplateModel* templates = m_workspaces.templates();
  for (int row = 0; row < templates->rowCount(); ++row) {
    const TemplateItem* item = templates->item(templates->index(row, 0));
    if (item->deploymentId == localId() && item->slug == kStarterName) return item;
  }
  return nullptr;
}

std::optional<WorkspaceItem> LocalSetup::findWorkspace() const {
  for (const WorkspaceItem& item : m_workspaces.model()->workspaces(localId()))
    if (item.name == QLatin1String(kWorkspaceName)) return item;
  return std::nullopt;
}

void LocalSetup::advance() {
  if (isAt(kTemplate)) {
    const TemplateItem* starter = starterTemplate();
    if (!m_hasImported || starter == nullptr) return;
    complete(starter->description);
    enter(kWorkspace);
  }
  if (!isAt(kWorkspace) && !isAt(kAgent) && !isAt(kReady)) return;
  const auto item = findWorkspace();
  if (!item) {
    if (!m_askedAfterBuild) ask(nullptr);
    return;
  }
  m_key = {localId(), item->id};
  m_workspaces.showLog(m_key);
  if (isAt(kWorkspace)) advanceWorkspace(*item);
  if (isAt(kAgent) || isAt(kReady)) advanceAgent(*item);
}

void LocalSetup::ask(const WorkspaceItem* existing) {
  m_askedAfterBuild = existing == nullptr ? 0 : existing->build.number;
  if (existing == nullptr)
    m_workspaces.create(localId(), starterTemplate()->id, QString::fromLatin1(kWorkspaceName));
  else
    m_workspaces.start(m_key);
}

void LocalSetup::advanceWorkspace(const WorkspaceItem& item) {
  if (item.isRunning() && !item.isChanging()) {
    complete(item.templateName);
    enter(kAgent);
    return;
  }
  if (item.isChanging()) {
    const auto& phases = m_workspaces.log()->phases();
    m_list.set(kWorkspace, StepState::Running, phases.isEmpty() ? item.statusWord : phases.last().name);
    return;
  }
  if (!m_askedAfterBuild)
    ask(&item);
  else if (item.build.number > *m_askedAfterBuild)  // older ones are lists from before the server heard of ours
    fail(item.statusDetail.isEmpty() ? item.statusWord : item.statusDetail, tr("The log below says more."));
}

void LocalSetup::advanceAgent(const WorkspaceItem& item) {
  if (!item.isRunning() || item.agents.isEmpty())
    return fail(tr("The workspace is not running any more: %1").arg(item.statusWord));
  const AgentItem& agent = item.agents.first();
  const bool isLate = m_since.elapsed() > kAgentMs;  // after a restart of the server agents come back by themselves
  if (agent.role == Role::Attention && (agent.isConnected || isLate))
    return fail(tr("The agent %1: %2").arg(agent.name, agent.stateText),
                tr("The container runs. Its log says more: docker logs, with the container of this workspace."));
  if (!agent.isConnected) return m_list.set(m_current, StepState::Running, agent.stateText);
  if (isAt(kAgent)) {
    complete(tr("%1, %2").arg(agent.name, agent.platform));
    enter(kReady);
  }
  if (agent.role != Role::Running) return m_list.set(kReady, StepState::Running, agent.stateText);
  complete(tr("The workspace %1 is running").arg(item.name));
  m_isRunning = false;
  m_clock.stop();
  Q_EMIT finished();
}

}  // namespace berth::ui

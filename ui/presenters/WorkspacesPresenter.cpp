#include "ui/presenters/WorkspacesPresenter.h"

namespace berth::ui {

namespace {

WorkspaceId workspaceId(const QString& text) { return WorkspaceId::parse(text.toStdString()).value_or(WorkspaceId()); }
BuildId buildId(const QString& text) { return BuildId::parse(text.toStdString()).value_or(BuildId()); }

bool hasEnded(const BuildItem& before, const BuildItem& now) {
  return !now.isActive && (before.isActive || before.number < now.number);
}

}  // namespace

size_t qHash(const WorkspaceKey& key, size_t seed) noexcept {
  return qHashMulti(seed, key.deploymentId, key.workspaceId);
}

WorkspacesPresenter::WorkspacesPresenter(QObject* parent) : QObject(parent) {
  m_filter.setSourceModel(&m_model);
  m_filter.sort(WorkspaceModel::NameColumn);
}

void WorkspacesPresenter::addDeployment(Deployment* deployment) {
  m_deployments.append(deployment);
  setState(deployment, LoadState::Loading, tr("Connecting"), {});
  connect(deployment, &Deployment::workspacesReceived, this,
          [this, deployment](const WorkspaceList& list) { receive(deployment, list); });
  connect(deployment, &Deployment::templatesReceived, this, [this, deployment](const TemplateList& list) {
    QList<TemplateItem> items;
    for (const auto& each : *list) items.append(toTemplateItem(each));
    m_templates.setTemplates(deployment->id(), deployment->name(), std::move(items));
  });
  connect(deployment, &Deployment::serverReached, this,
          [this, deployment](const QString& version, const QString& user) {
            setState(deployment, LoadState::Content,
                     deployment->isLocal() ? tr("Server running, version %1").arg(version)
                                           : tr("Signed in as %1, version %2").arg(user, version),
                     {});
          });
  connect(deployment, &Deployment::unreachable, this, [this, deployment](const QString& reason) {
    setState(deployment, LoadState::Offline, tr("Offline"), reason);
  });
  connect(deployment, &Deployment::signedOut, this, [this, deployment] {
    setState(deployment, LoadState::SignedOut, tr("Signed out"), tr("The sign-in has ended."));
  });
  connect(deployment, &Deployment::logReceived, this, [this](const QString& build, const LogLines& lines) {
    if (build == m_followedBuild) m_log.append(*lines);
  });
  connect(deployment, &Deployment::logEnded, this, [this](const QString& build) {
    if (build != m_followedBuild) return;
    m_logHasEnded = true;
    finishLog();
  });
  connect(deployment, &QObject::destroyed, this, [this, deployment, id = deployment->id()] {
    m_deployments.removeOne(deployment);
    m_model.removeDeployment(id);
    m_templates.setTemplates(id, {}, {});
    m_connections.update(id, {});
    Q_EMIT deploymentsChanged();
  });
  Q_EMIT deploymentsChanged();
}

Deployment* WorkspacesPresenter::deployment(const QString& id) const {
  const auto found = std::ranges::find_if(m_deployments, [&](const Deployment* each) { return each->id() == id; });
  return found == m_deployments.end() ? nullptr : *found;
}

void WorkspacesPresenter::setState(Deployment* deployment, LoadState state, const QString& detail,
                                   const QString& error) {
  setDeployment({.id = deployment->id(),
                 .name = deployment->name(),
                 .detail = detail,
                 .isLocal = deployment->isLocal(),
                 .state = state,
                 .error = error,
                 .reachedAt = m_reachedAt.value(deployment->id())});
}

void WorkspacesPresenter::setDeployment(const DeploymentItem& deployment) {
  m_model.setDeployment(deployment);
  Q_EMIT deploymentsChanged();
}

void WorkspacesPresenter::retry() {
  for (Deployment* each : std::as_const(m_deployments)) each->refresh();
  Q_EMIT retryRequested();
}

// Workspaces that are gone because they were deleted, each as it ended.
QList<std::pair<WorkspaceKey, WorkspaceItem>> WorkspacesPresenter::findDeleted(const QString& deploymentId,
                                                                               const QList<WorkspaceItem>& now) const {
  QList<std::pair<WorkspaceKey, WorkspaceItem>> deleted;
  for (WorkspaceItem item : m_model.workspaces(deploymentId)) {
    const WorkspaceKey key{deploymentId, item.id};
    if (std::ranges::contains(now, item.id, &WorkspaceItem::id)) continue;
    if (item.status != WorkspaceStatus::Deleting && !m_deleting.contains(key)) continue;
    item.status = WorkspaceStatus::Deleted;
    item.build.isActive = false;
    deleted.append({key, item});
  }
  return deleted;
}

void WorkspacesPresenter::receive(Deployment* deployment, const WorkspaceList& workspaces) {
  QList<WorkspaceItem> items;
  QList<std::pair<WorkspaceKey, WorkspaceItem>> ended;
  for (const auto& each : *workspaces) {
    WorkspaceItem item = toWorkspaceItem(each);
    const WorkspaceKey key{deployment->id(), item.id};
    if (const auto before = workspace(key); before && hasEnded(before->build, item.build)) ended.append({key, item});
    items.append(std::move(item));
  }
  ended += findDeleted(deployment->id(), items);
  m_reachedAt[deployment->id()] = QDateTime::currentDateTime();
  m_model.setWorkspaces(deployment->id(), items);
  followCurrentBuild();
  finishLog();
  Q_EMIT workspacesChanged();
  for (const auto& [key, item] : std::as_const(ended)) {
    if (m_restarting.remove(key) && item.status == WorkspaceStatus::Stopped) {
      start(key);
      continue;
    }
    m_deleting.remove(key);
    Q_EMIT buildEnded(key, item);
  }
}

std::optional<WorkspaceItem> WorkspacesPresenter::workspace(const WorkspaceKey& key) const {
  return m_model.workspace(m_model.workspaceIndex(key.deploymentId, key.workspaceId));
}

WorkspaceKey WorkspacesPresenter::keyOf(const QModelIndex& index) {
  if (!index.isValid() || index.data(WorkspaceModel::IsGroupRole).toBool()) return {};
  return {index.data(WorkspaceModel::DeploymentIdRole).toString(), index.data(WorkspaceModel::IdRole).toString()};
}

void WorkspacesPresenter::showLog(const WorkspaceKey& key) {
  if (key == m_logged) return;
  hideLog();
  m_logged = key;
  followCurrentBuild();
  Q_EMIT loggedChanged();
}

void WorkspacesPresenter::hideLog() {
  if (Deployment* source = deployment(m_logged.deploymentId); source != nullptr && !m_followedBuild.isEmpty())
    source->unfollowLog(buildId(m_followedBuild));
  m_logged = {};
  m_followedBuild.clear();
  m_logHasEnded = false;
  m_log.clear();
}

// A log ends a little before or after the list shows how its build went.
void WorkspacesPresenter::finishLog() {
  if (!m_logHasEnded) return;
  const auto item = workspace(m_logged);
  const bool hasFailed = item && item->build.role == Role::Failed;
  if (!m_log.isFinished() || hasFailed != (m_log.outcome() == Role::Failed)) m_log.finish(!hasFailed);
}

void WorkspacesPresenter::followCurrentBuild() {
  const auto item = workspace(m_logged);
  if (!item || item->build.id == m_followedBuild) return;
  Deployment* source = deployment(m_logged.deploymentId);
  if (!m_followedBuild.isEmpty()) source->unfollowLog(buildId(m_followedBuild));
  m_followedBuild = item->build.id;
  m_logHasEnded = false;
  m_log.clear();
  source->followLog(buildId(m_followedBuild));
}

QList<std::pair<WorkspaceKey, WorkspaceItem>> WorkspacesPresenter::changing() const {
  QList<std::pair<WorkspaceKey, WorkspaceItem>> found;
  for (const DeploymentItem& deployment : deployments()) {
    if (deployment.isStale()) continue;
    for (const WorkspaceItem& item : m_model.workspaces(deployment.id))
      if (item.isChanging()) found.append({{deployment.id, item.id}, item});
  }
  return found;
}

int WorkspacesPresenter::runningCount() const {
  return WorkspaceFilter::count(m_model, WorkspaceFilter::Kind::Running);
}

Reply WorkspacesPresenter::reporting(const QString& what) {
  return [guard = QPointer(this), what](const Result<void>& result) {
    if (guard && !result) Q_EMIT guard->failed(what, QString::fromStdString(result.error().message()));
  };
}

void WorkspacesPresenter::run(const WorkspaceKey& key, Transition transition, const QString& what) {
  if (Deployment* target = deployment(key.deploymentId))
    target->build(workspaceId(key.workspaceId), transition, reporting(what));
}

void WorkspacesPresenter::start(const WorkspaceKey& key) {
  if (const auto item = workspace(key)) run(key, Transition::Start, tr("%1 could not be started").arg(item->name));
}

void WorkspacesPresenter::stop(const WorkspaceKey& key) {
  if (const auto item = workspace(key)) run(key, Transition::Stop, tr("%1 could not be stopped").arg(item->name));
}

void WorkspacesPresenter::restart(const WorkspaceKey& key) {
  const auto item = workspace(key);
  if (!item) return;
  m_restarting.insert(key);
  run(key, Transition::Stop, tr("%1 could not be restarted").arg(item->name));
}

void WorkspacesPresenter::remove(const WorkspaceKey& key) {
  const auto item = workspace(key);
  if (!item) return;
  m_deleting.insert(key);
  run(key, Transition::Delete, tr("%1 could not be deleted").arg(item->name));
}

void WorkspacesPresenter::cancel(const WorkspaceKey& key) {
  m_restarting.remove(key);
  const auto item = workspace(key);
  if (!item) return;
  if (Deployment* target = deployment(key.deploymentId))
    target->cancelBuild(buildId(item->build.id), reporting(tr("%1 could not be cancelled").arg(item->name)));
}

void WorkspacesPresenter::create(const QString& deploymentId, const QString& templateId, const QString& name,
                                 Reply done) {
  Deployment* target = deployment(deploymentId);
  if (target == nullptr) return;
  api::CreateWorkspaceRequest request;
  request.name = name.toStdString();
  request.template_id = TemplateId::parse(templateId.toStdString());
  if (!done) done = reporting(tr("%1 could not be created").arg(name));
  target->create(std::move(request), std::move(done));
}

}  // namespace berth::ui

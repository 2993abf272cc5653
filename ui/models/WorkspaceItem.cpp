#include "ui/models/WorkspaceItem.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

namespace berth::ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("WorkspaceItem", text); }
QString fromStd(const std::string& text) { return QString::fromStdString(text); }

QDateTime toDateTime(WallTime time) {
  if (time.time_since_epoch().count() <= 0) return {};
  return QDateTime::fromMSecsSinceEpoch(
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}
QDateTime toDateTime(const std::optional<WallTime>& time) { return time ? toDateTime(*time) : QDateTime(); }

QString verbOf(Transition transition) {
  switch (transition) {
    case Transition::Start: return tr("Start");
    case Transition::Stop: return tr("Stop");
    case Transition::Delete: return tr("Delete");
    case Transition::Unknown: break;
  }
  return tr("Build");
}

Role roleOf(JobStatus status, Transition transition) {
  switch (status) {
    case JobStatus::Pending: return Role::Queued;
    case JobStatus::Running: return transition == Transition::Start ? Role::Starting : Role::Stopping;
    case JobStatus::Succeeded: return Role::Running;
    case JobStatus::Canceling: return Role::Stopping;
    case JobStatus::Canceled: return Role::Stopped;
    case JobStatus::Failed: return Role::Failed;
    case JobStatus::Unknown: break;
  }
  return Role::Queued;
}

Role roleOf(WorkspaceStatus status) {
  switch (status) {
    case WorkspaceStatus::Pending: return Role::Queued;
    case WorkspaceStatus::Starting: return Role::Starting;
    case WorkspaceStatus::Running: return Role::Running;
    case WorkspaceStatus::Stopping:
    case WorkspaceStatus::Canceling:
    case WorkspaceStatus::Deleting: return Role::Stopping;
    case WorkspaceStatus::Stopped:
    case WorkspaceStatus::Canceled:
    case WorkspaceStatus::Deleted: return Role::Stopped;
    case WorkspaceStatus::Failed: return Role::Failed;
    case WorkspaceStatus::Unknown: break;
  }
  return Role::Queued;
}

QString wordOf(WorkspaceStatus status) {
  switch (status) {
    case WorkspaceStatus::Pending: return tr("Queued");
    case WorkspaceStatus::Starting: return tr("Starting");
    case WorkspaceStatus::Running: return tr("Running");
    case WorkspaceStatus::Stopping: return tr("Stopping");
    case WorkspaceStatus::Canceling: return tr("Cancelling");
    case WorkspaceStatus::Deleting: return tr("Deleting");
    case WorkspaceStatus::Stopped: return tr("Stopped");
    case WorkspaceStatus::Canceled: return tr("Cancelled");
    case WorkspaceStatus::Deleted: return tr("Deleted");
    case WorkspaceStatus::Failed: return tr("Failed");
    case WorkspaceStatus::Unknown: break;
  }
  return tr("Unknown");
}

// State of a connected agent by its lifecycle.
void describeLifecycle(AgentItem& item, AgentLifecycle lifecycle) {
  switch (lifecycle) {
    case AgentLifecycle::Ready:
      item.role = Role::Running;
      item.stateText = tr("ready");
      return;
    case AgentLifecycle::StartTimeout:
      item.role = Role::Attention;
      item.stateText = tr("start-up scripts take long");
      return;
    case AgentLifecycle::StartError:
      item.role = Role::Attention;
      item.stateText = tr("start-up script failed");
      return;
    case AgentLifecycle::Created:
    case AgentLifecycle::Starting:
      item.role = Role::Starting;
      item.stateText = tr("start-up scripts run");
      return;
    default:
      item.role = Role::Stopping;
      item.stateText = tr("shutting down");
      return;
  }
}

AgentItem toAgentItem(const api::WorkspaceAgent& agent) {
  AgentItem item{.id = fromStd(agent.id.toString()),
                 .name = fromStd(agent.name),
                 .platform = fromStd(agent.operating_system + " " + agent.architecture),
                 .directory = fromStd(agent.expanded_directory.value_or(agent.directory.value_or(""))),
                 .stateText = {},
                 .isConnected = agent.status == AgentStatus::Connected};
  switch (agent.status) {
    case AgentStatus::Connected: describeLifecycle(item, agent.lifecycle_state); break;
    case AgentStatus::Connecting:
      item.role = Role::Starting;
      item.stateText = tr("connecting");
      break;
    case AgentStatus::Timeout:
      item.role = Role::Attention;
      item.stateText = tr("has not connected");
      break;
    case AgentStatus::Disconnected:
      item.role = Role::Attention;
      item.stateText = tr("connection lost");
      break;
    case AgentStatus::Unknown: item.stateText = tr("unknown"); break;
  }
  return item;
}

BuildItem toBuildItem(const api::WorkspaceBuild& build, const std::string& owner) {
  const JobStatus status = build.job.status;
  return {.id = fromStd(build.id.toString()),
          .number = build.build_number,
          .verb = verbOf(build.transition),
          .initiator = build.initiator_name == owner ? tr("you") : fromStd(build.initiator_name),
          .role = roleOf(status, build.transition),
          .error = fromStd(build.job.error.value_or("")),
          .createdAt = toDateTime(build.created_at),
          .startedAt = toDateTime(build.job.started_at),
          .completedAt = toDateTime(build.job.completed_at),
          .isActive = status == JobStatus::Pending || status == JobStatus::Running || status == JobStatus::Canceling};
}

// The time of day, or the day where that is another one.
QString moment(const QDateTime& time, const QDateTime& now) {
  if (time.date() == now.date()) return QLocale().toString(time.time(), QLocale::ShortFormat);
  return QLocale().toString(time.date(), QStringLiteral("ddd d MMM"));
}

// A running workspace is as well as its worst agent.
void describeRunning(WorkspaceItem& item, const QDateTime& now) {
  const QString since = moment(item.build.completedAt, now);
  for (const AgentItem& agent : item.agents) {
    if (agent.role == Role::Running) continue;
    item.role = agent.role;
    item.statusDetail = agent.stateText;
    if (agent.role == Role::Attention) break;
  }
  if (item.statusDetail.isEmpty())
    item.statusDetail = item.agents.isEmpty() ? tr("since %1").arg(since) : tr("ready, since %1").arg(since);
}

QString firstLine(const QString& text) { return text.section(QLatin1Char('\n'), 0, 0).trimmed(); }

// What an unfinished build is at: its place in the queue, else how long it has run.
QString describeBuild(const api::ProvisionerJob& job, const BuildItem& build, const QDateTime& now) {
  if (!build.startedAt.isValid())
    return job.queue_position > 0 ? tr("number %1 in the queue").arg(job.queue_position) : QString();
  return durationText(std::max<qint64>(0, build.startedAt.secsTo(now)));
}

QString describe(const WorkspaceItem& item, const api::ProvisionerJob& job, const QDateTime& now) {
  if (item.isChanging()) return describeBuild(job, item.build, now);
  if (item.status == WorkspaceStatus::Failed)
    return item.build.error.isEmpty() ? tr("%1 failed").arg(item.build.verb) : firstLine(item.build.error);
  if (item.status != WorkspaceStatus::Stopped) return {};
  if (item.isOutdated) return tr("update available");
  return tr("by %1, %2").arg(item.build.initiator, relativeTime(item.build.completedAt, now));
}

}  // namespace

bool WorkspaceItem::canStart() const {
  return !isChanging() && (status == WorkspaceStatus::Stopped || status == WorkspaceStatus::Failed ||
                           status == WorkspaceStatus::Canceled);
}

bool WorkspaceItem::canStop() const {
  return !isChanging() && (status == WorkspaceStatus::Running || status == WorkspaceStatus::Failed);
}

WorkspaceItem toWorkspaceItem(const api::Workspace& workspace, const QDateTime& now) {
  WorkspaceItem item{.id = fromStd(workspace.id.toString()),
                     .name = fromStd(workspace.name),
                     .owner = fromStd(workspace.owner_name),
                     .templateName = fromStd(workspace.template_display_name.empty() ? workspace.template_name
                                                                                     : workspace.template_display_name),
                     .templateId = fromStd(workspace.template_id.toString()),
                     .status = workspace.latest_build.status,
                     .role = roleOf(workspace.latest_build.status),
                     .statusWord = wordOf(workspace.latest_build.status),
                     .statusDetail = {},
                     .lastUsedAt = toDateTime(workspace.last_used_at),
                     .isOutdated = workspace.outdated,
                     .agents = {},
                     .build = toBuildItem(workspace.latest_build, workspace.owner_name)};
  for (const auto& resource : workspace.latest_build.resources)
    for (const auto& agent : resource.agents.value_or(std::vector<api::WorkspaceAgent>()))
      item.agents.append(toAgentItem(agent));

  if (item.isRunning())
    describeRunning(item, now);
  else
    item.statusDetail = describe(item, workspace.latest_build.job, now);
  return item;
}

QString relativeTime(const QDateTime& time, const QDateTime& now) {
  if (!time.isValid()) return tr("never");
  const qint64 seconds = time.secsTo(now);
  const qint64 days = time.date().daysTo(now.date());
  if (seconds < 60) return tr("now");
  if (seconds < 3600) return tr("%1 min ago").arg(seconds / 60);
  if (days == 0) return tr("%1 h ago").arg(seconds / 3600);
  if (days == 1) return tr("yesterday");
  if (days < 7) return tr("%1 days ago").arg(days);
  return QLocale().toString(time.date(), QLocale::ShortFormat);
}

QString durationText(qint64 seconds) {
  if (seconds < 60) return tr("%1 s").arg(seconds);
  return tr("%1 min %2 s").arg(seconds / 60).arg(seconds % 60);
}

}  // namespace berth::ui

// A workspace as the app shows it: text in the user's words, made once from the server's answer.
#pragma once

#include <QDateTime>
#include <QList>
#include <QString>

#include "core/api/Workspaces.h"
#include "ui/theme/Colors.h"

namespace berth::ui {

struct AgentItem {
  QString id;
  QString name;
  QString platform;   // "linux amd64"
  QString directory;  // where to open an editor; empty when the agent has not said
  Role role = Role::Queued;
  QString stateText;  // "ready", "connecting", "start-up scripts run"
  bool isConnected = false;

  bool operator==(const AgentItem&) const = default;
};

struct BuildItem {
  QString id;
  qint64 number = 0;
  QString verb;       // "Start", "Stop", "Delete"
  QString initiator;  // "you" for the workspace's owner
  Role role = Role::Queued;
  QString error;
  QDateTime createdAt;
  QDateTime startedAt;    // null while queued
  QDateTime completedAt;  // null while it runs
  bool isActive = false;  // queued, running or being cancelled

  bool operator==(const BuildItem&) const = default;
};

struct WorkspaceItem {
  QString id;
  QString name;
  QString owner;
  QString templateName;  // as people call it
  QString templateId;
  WorkspaceStatus status = WorkspaceStatus::Pending;
  Role role = Role::Queued;
  QString statusWord;    // "Running"
  QString statusDetail;  // "ready, since 13:05", "by you, yesterday", "plan failed"
  QDateTime lastUsedAt;
  bool isOutdated = false;
  QList<AgentItem> agents;
  BuildItem build;

  bool isRunning() const { return status == WorkspaceStatus::Running; }
  bool canStart() const;
  bool canStop() const;
  bool isChanging() const { return build.isActive; }
  bool operator==(const WorkspaceItem&) const = default;
};

// `now` is what durations of a running build and relative times are counted to.
WorkspaceItem toWorkspaceItem(const api::Workspace& workspace, const QDateTime& now = QDateTime::currentDateTime());

// "now", "4 min ago", "3 h ago", "yesterday", "3 days ago", then the date.
QString relativeTime(const QDateTime& time, const QDateTime& now);

// "31 s", "2 min 5 s".
QString durationText(qint64 seconds);

}  // namespace berth::ui

#include "ui/presenters/BuildNotice.h"

#include <QCoreApplication>

namespace berth::ui {

namespace {

const QString kEnded = QStringLiteral("buildEnded");
const QString kFailed = QStringLiteral("buildFailed");

QString tr(const char* text) { return QCoreApplication::translate("BuildNotice", text); }

}  // namespace

std::optional<BuildNotice> noticeOf(const WorkspaceItem& item) {
  if (item.isChanging()) return std::nullopt;
  switch (item.status) {
    case WorkspaceStatus::Running:
      return BuildNotice{kEnded,
                         tr("%1 is running").arg(item.name),
                         item.templateName,
                         {NoticeAction::OpenEditor, NoticeAction::ShowLog}};
    case WorkspaceStatus::Stopped:
      return BuildNotice{kEnded, tr("%1 is stopped").arg(item.name), tr("Its files are kept."), {NoticeAction::Start}};
    case WorkspaceStatus::Deleted:
      return BuildNotice{kEnded, tr("%1 is deleted").arg(item.name), tr("Its files are gone too."), {}};
    case WorkspaceStatus::Failed:
      return BuildNotice{kFailed,
                         tr("%1 failed: %2").arg(item.name, item.build.verb.toLower()),
                         item.statusDetail,
                         {NoticeAction::ShowLog, NoticeAction::Start}};
    case WorkspaceStatus::Canceled:
      return BuildNotice{kEnded, tr("%1 was cancelled").arg(item.name), {}, {NoticeAction::ShowLog}};
    default: return std::nullopt;
  }
}

QString labelOf(NoticeAction action) {
  switch (action) {
    case NoticeAction::OpenEditor: return tr("Open in VS Code");
    case NoticeAction::Start: return tr("Start again");
    case NoticeAction::ShowLog: return tr("Show log");
  }
  return {};
}

}  // namespace berth::ui

// What a notification says when a build has ended.
#pragma once

#include <QList>
#include <QString>
#include <optional>

#include "ui/models/WorkspaceItem.h"

namespace berth::ui {

enum class NoticeAction { OpenEditor, Start, ShowLog };

struct BuildNotice {
  QString event;  // of berth.notifyrc
  QString title;
  QString text;
  QList<NoticeAction> actions;  // the first one is also what a click on the text does
};

// Nothing for a build that has not ended.
std::optional<BuildNotice> noticeOf(const WorkspaceItem& item);

QString labelOf(NoticeAction action);

}  // namespace berth::ui

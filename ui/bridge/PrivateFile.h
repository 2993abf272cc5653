// Files that only this user may read: passwords, sessions of the command line.
#pragma once

#include <QString>

#include "core/base/Secret.h"

namespace berth::ui {

// Replaces `path` with `content`, mode 0600, making its folder (0700) where there is none. False when it can't be
// written; an older file is then unchanged.
bool writePrivateFile(const QString& path, const Secret& content);

}  // namespace berth::ui

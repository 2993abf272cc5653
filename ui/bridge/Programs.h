// Other programs that the app hands a workspace to: an editor of the VS Code family, a terminal.
#pragma once

#include <QList>
#include <QString>

namespace berth::ui {

struct Editor {
  QString name;     // "VS Code"
  QString command;  // absolute path
};

class Programs {
 public:
  // Editors found on PATH, best known first (reference/desktop-ux.md 10.3).
  static QList<Editor> editors();

  // The command line that opens `folder` ("" for the home directory) of an SSH host in an editor.
  static QStringList editorArguments(const QString& host, const QString& folder);

  // A terminal that runs `command`; empty when none is found.
  static QStringList terminalCommand(const QStringList& command);

  // Starts detached, never through a shell. False when it could not be started.
  static bool start(const QStringList& command);
};

}  // namespace berth::ui

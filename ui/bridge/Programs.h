// Other programs that the app hands a workspace to: an editor of the VS Code family, a terminal.
#pragma once

#include <QList>
#include <QString>

namespace berth::ui {

struct Editor {
  QString name;     // "VS Code"
  QString command;  // absolute path; empty when only its link scheme is known (Flatpak, Snap)
  QString scheme;   // "vscode"
};

class Programs {
 public:
  // Editors found on the search path or among the desktop's applications, best known first
  // (reference/desktop-ux.md 10.3).
  static QList<Editor> editors();

  // Opens `folder` ("" for the home directory) of an SSH host. False when the editor could not be started.
  static bool openInEditor(const Editor& editor, const QString& sshHost, const QString& folder);

  // Its command line, without the program.
  static QStringList editorArguments(const QString& sshHost, const QString& folder);
  // The link with the same effect: vscode://vscode-remote/ssh-remote+HOST/folder.
  static QString editorLink(const Editor& editor, const QString& sshHost, const QString& folder);

  // A terminal that runs `command`; empty when none is found.
  static QStringList terminalCommand(const QStringList& command);

  // Starts detached, never through a shell. False when it could not be started.
  static bool start(const QStringList& command);
};

}  // namespace berth::ui

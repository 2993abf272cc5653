#include "ui/bridge/Programs.h"

#include <QProcess>
#include <QStandardPaths>

namespace berth::ui {

QList<Editor> Programs::editors() {
  static const QList<std::pair<QString, QString>> kKnown = {
      {QStringLiteral("VS Code"), QStringLiteral("code")},
      {QStringLiteral("VS Code Insiders"), QStringLiteral("code-insiders")},
      {QStringLiteral("VSCodium"), QStringLiteral("codium")},
      {QStringLiteral("Cursor"), QStringLiteral("cursor")},
      {QStringLiteral("Windsurf"), QStringLiteral("windsurf")}};
  QList<Editor> found;
  for (const auto& [name, command] : kKnown)
    if (const QString path = QStandardPaths::findExecutable(command); !path.isEmpty()) found.append({name, path});
  return found;
}

QStringList Programs::editorArguments(const QString& host, const QString& folder) {
  if (folder.isEmpty()) return {QStringLiteral("--remote"), QStringLiteral("ssh-remote+") + host};
  return {QStringLiteral("--folder-uri"), QStringLiteral("vscode-remote://ssh-remote+%1%2").arg(host, folder)};
}

QStringList Programs::terminalCommand(const QStringList& command) {
  static const QList<QStringList> kTerminals = {{QStringLiteral("xdg-terminal-exec")},
                                                {QStringLiteral("konsole"), QStringLiteral("-e")},
                                                {QStringLiteral("gnome-terminal"), QStringLiteral("--")},
                                                {QStringLiteral("xfce4-terminal"), QStringLiteral("-x")},
                                                {QStringLiteral("x-terminal-emulator"), QStringLiteral("-e")},
                                                {QStringLiteral("xterm"), QStringLiteral("-e")}};
  for (const QStringList& terminal : kTerminals) {
    const QString path = QStandardPaths::findExecutable(terminal.first());
    if (!path.isEmpty()) return QStringList(path) + terminal.mid(1) + command;
  }
  return {};
}

bool Programs::start(const QStringList& command) {
  return !command.isEmpty() && QProcess::startDetached(command.first(), command.mid(1));
}

}  // namespace berth::ui

#include "ui/bridge/Programs.h"

#include <QDesktopServices>
#include <QProcess>
#include <QStandardPaths>
#include <QUrl>

namespace berth::ui {

namespace {

struct KnownEditor {
  QString name;
  QString command;
  QString scheme;
  QStringList desktopFiles;
};

const QList<KnownEditor>& knownEditors() {
  static const QList<KnownEditor> kKnown = {
      {QStringLiteral("VS Code"),
       QStringLiteral("code"),
       QStringLiteral("vscode"),
       {QStringLiteral("com.visualstudio.code.desktop"), QStringLiteral("code-url-handler.desktop"),
        QStringLiteral("code_code-url-handler.desktop")}},
      {QStringLiteral("VS Code Insiders"),
       QStringLiteral("code-insiders"),
       QStringLiteral("vscode-insiders"),
       {QStringLiteral("code-insiders-url-handler.desktop")}},
      {QStringLiteral("VSCodium"),
       QStringLiteral("codium"),
       QStringLiteral("vscodium"),
       {QStringLiteral("com.vscodium.codium.desktop"), QStringLiteral("codium-url-handler.desktop")}},
      {QStringLiteral("Cursor"),
       QStringLiteral("cursor"),
       QStringLiteral("cursor"),
       {QStringLiteral("cursor-url-handler.desktop")}},
      {QStringLiteral("Windsurf"),
       QStringLiteral("windsurf"),
       QStringLiteral("windsurf"),
       {QStringLiteral("windsurf-url-handler.desktop")}}};
  return kKnown;
}

bool isInstalledApplication(const QString& desktopFile) {
  return !QStandardPaths::locate(QStandardPaths::ApplicationsLocation, desktopFile).isEmpty();
}

}  // namespace

QList<Editor> Programs::editors() {
  QList<Editor> found;
  for (const KnownEditor& known : knownEditors()) {
    const QString path = QStandardPaths::findExecutable(known.command);
    if (!path.isEmpty() || std::ranges::any_of(known.desktopFiles, isInstalledApplication))
      found.append({known.name, path, known.scheme});
  }
  return found;
}

bool Programs::openInEditor(const Editor& editor, const QString& sshHost, const QString& folder) {
  if (editor.command.isEmpty()) return QDesktopServices::openUrl(QUrl(editorLink(editor, sshHost, folder)));
  return start(QStringList(editor.command) + editorArguments(sshHost, folder));
}

QStringList Programs::editorArguments(const QString& sshHost, const QString& folder) {
  if (folder.isEmpty()) return {QStringLiteral("--remote"), QStringLiteral("ssh-remote+") + sshHost};
  const QString path = QString::fromLatin1(QUrl::toPercentEncoding(folder, "/"));
  return {QStringLiteral("--folder-uri"), QStringLiteral("vscode-remote://ssh-remote+%1%2").arg(sshHost, path)};
}

QString Programs::editorLink(const Editor& editor, const QString& sshHost, const QString& folder) {
  const QString path = QString::fromLatin1(QUrl::toPercentEncoding(folder, "/"));
  return QStringLiteral("%1://vscode-remote/ssh-remote+%2%3").arg(editor.scheme, sshHost, path);
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

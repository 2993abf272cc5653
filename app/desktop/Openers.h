// Hands a workspace to other programs: the command line's session and SSH configuration first, then an editor or a
// terminal (reference/desktop-ux.md 10).
#pragma once

#include <QObject>
#include <memory>

#include "core/base/Secret.h"
#include "ui/bridge/Programs.h"
#include "ui/presenters/WorkspacesPresenter.h"

namespace berth::desktop {

class Openers : public QObject {
  Q_OBJECT

 public:
  // `presenter` outlives this.
  explicit Openers(ui::WorkspacesPresenter& presenter, QObject* parent = nullptr);

  // What signs the command line in to a deployment.
  void setToken(const QString& deploymentId, const Secret& token);

  // The name under which SSH clients find a workspace once it was opened in an editor.
  static QString sshHost(const ui::WorkspaceItem& item);
  // A command that opens a shell in the workspace; empty when the command line's session can't be written.
  QStringList sshCommand(const ui::WorkspaceKey& key) const;
  static QString quoted(const QStringList& command);  // for a shell

  void openEditor(const ui::WorkspaceKey& key, const ui::Editor& editor);
  void openTerminal(const ui::WorkspaceKey& key);

 Q_SIGNALS:
  void failed(const QString& what, const QString& why);

 private:
  bool writeSession(const QString& deploymentId) const;

  ui::WorkspacesPresenter& m_presenter;
  QMap<QString, std::shared_ptr<Secret>> m_tokens;
};

}  // namespace berth::desktop

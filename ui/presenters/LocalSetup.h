// The local quickstart, stage by stage: server, user, template, first workspace, agent. May be run again at any time;
// what is there already is only checked.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include "ui/bridge/Keyring.h"
#include "ui/bridge/LocalServer.h"
#include "ui/bridge/SignIn.h"
#include "ui/models/Checklist.h"
#include "ui/presenters/WorkspacesPresenter.h"

namespace berth::ui {

class LocalSetup : public QObject {
  Q_OBJECT

 public:
  static constexpr auto kWorkspaceName = "quickstart";
  static constexpr auto kTokenKey = "token/local";

  // Collaborators outlive the set-up.
  LocalSetup(LocalServer& server, SignIn& signIn, Keyring& keyring, WorkspacesPresenter& workspaces,
             QObject* parent = nullptr);

  Checklist* list() { return &m_list; }
  void start();
  void cancel();
  bool isRunning() const { return m_isRunning; }
  WorkspaceKey workspaceKey() const { return m_key; }

 Q_SIGNALS:
  // The server runs and this token opens it; the receiver adds the deployment to the presenter.
  void signedIn(const berth::Secret& token);
  void finished();
  void failed(const QString& sentence);

 private:
  void enter(const QString& step);
  void complete(const QString& step, const QString& detail);
  void fail(const QString& sentence, const QString& fix);
  void createUser();
  void acceptToken(const Secret& token);
  void advance();  // template, workspace, agent: whatever the lists show next
  void advanceWorkspace(const WorkspaceItem& item);
  const TemplateItem* starterTemplate() const;
  std::optional<WorkspaceItem> findWorkspace() const;

  LocalServer& m_server;
  SignIn& m_signIn;
  Keyring& m_keyring;
  WorkspacesPresenter& m_workspaces;
  Checklist m_list;
  QString m_current;
  QElapsedTimer m_since;
  QTimer m_clock;
  WorkspaceKey m_key;
  bool m_isRunning = false;
  bool m_hasAskedForWorkspace = false;
};

}  // namespace berth::ui

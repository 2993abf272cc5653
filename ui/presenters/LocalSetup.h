// The local quickstart, stage by stage: server, user, template, first workspace, agent. May be run again at any time;
// what is there already is only checked.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include "ui/bridge/LocalAccount.h"
#include "ui/bridge/LocalServer.h"
#include "ui/models/Checklist.h"
#include "ui/presenters/WorkspacesPresenter.h"

namespace berth::ui {

class LocalSetup : public QObject {
  Q_OBJECT

 public:
  static constexpr auto kWorkspaceName = "quickstart";
  static constexpr auto kDeploymentId = "local";

  // Collaborators outlive the set-up.
  LocalSetup(LocalServer& server, LocalAccount& account, WorkspacesPresenter& workspaces, QObject* parent = nullptr);

  Checklist* list() { return &m_list; }
  void start();
  // Asks the server to end a build that runs; what was made stays and is used by the next start().
  void cancel();
  void abandon();  // the program ends: nothing more is asked or said
  bool isRunning() const { return m_isRunning; }
  qint64 elapsedSeconds() const { return m_total.isValid() ? m_total.elapsed() / 1000 : 0; }
  WorkspaceKey workspaceKey() const { return m_key; }

 Q_SIGNALS:
  // The server runs and this token opens it; the receiver adds the deployment to the presenter at once.
  void signedIn(const berth::Secret& token);
  void finished();
  void failed(const QString& sentence);

 private:
  bool isAt(const QString& step) const { return m_isRunning && m_current == step; }
  void enter(const QString& step);
  void complete(const QString& detail);  // the current step
  void fail(const QString& sentence, const QString& fix = {});
  void createUser();
  void acceptAccount(const LocalAccount::SignedIn& account);
  void addTemplate();
  void advance();  // template, workspace, agent: whatever the lists show next
  void advanceWorkspace(const WorkspaceItem& item);
  void advanceAgent(const WorkspaceItem& item);
  void ask(const WorkspaceItem* existing);
  const TemplateItem* starterTemplate() const;
  std::optional<WorkspaceItem> findWorkspace() const;

  LocalServer& m_server;
  LocalAccount& m_account;
  WorkspacesPresenter& m_workspaces;
  Checklist m_list;
  QString m_current;
  QElapsedTimer m_since;  // of the current step
  QElapsedTimer m_total;
  QTimer m_clock;
  WorkspaceKey m_key;
  int m_run = 0;  // answers to an earlier start() are passed over
  bool m_isRunning = false;
  bool m_hasImported = false;
  std::optional<qint64> m_askedAfterBuild;  // the newest build when a start was asked for; 0 for a new workspace
};

}  // namespace berth::ui

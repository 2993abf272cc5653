// One server as the user interface sees it. Lives on the main thread; what takes time happens elsewhere and comes back
// as a signal or a reply. The app talks to `RemoteDeployment`; tests and screenshots use a scripted one.
#pragma once

#include <QObject>
#include <QString>
#include <functional>
#include <memory>
#include <vector>

#include "core/api/Templates.h"
#include "core/api/Workspaces.h"

namespace berth::ui {

using WorkspaceList = std::shared_ptr<const std::vector<api::Workspace>>;
using TemplateList = std::shared_ptr<const std::vector<api::Template>>;
using LogLines = std::shared_ptr<const std::vector<api::ProvisionerJobLog>>;

// Called once, on the main thread, unless the deployment is gone by then.
using Reply = std::function<void(Result<void>)>;
using ProgressReport = std::function<void(const QString& stage)>;  // main thread, any number of times before the reply

class Deployment : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  virtual QString id() const = 0;
  virtual QString name() const = 0;  // "This computer", or the host
  virtual QString url() const = 0;
  virtual bool isLocal() const = 0;

  // Starts keeping the lists current. Signals follow whenever the server's answer differs from the last.
  virtual void start() = 0;
  virtual void refresh() = 0;

  virtual void build(WorkspaceId workspace, Transition transition, Reply reply) = 0;
  virtual void cancelBuild(BuildId build, Reply reply) = 0;
  virtual void create(api::CreateWorkspaceRequest request, Reply reply) = 0;

  // Imports a template that comes with the server, under its own name; nothing changes where that name is taken.
  virtual void importExample(const QString& exampleId, ProgressReport progress, Reply reply) = 0;

  // logReceived() for all lines so far and each new one, until logEnded() or unfollowLog().
  virtual void followLog(BuildId build) = 0;
  virtual void unfollowLog(BuildId build) = 0;

 Q_SIGNALS:
  void serverReached(const QString& version, const QString& user);
  void unreachable(const QString& reason);  // a sentence; older content stays true as of then
  void signedOut(const QString& reason);
  void workspacesReceived(const berth::ui::WorkspaceList& workspaces);
  void templatesReceived(const berth::ui::TemplateList& templates);
  void logReceived(const QString& buildId, const berth::ui::LogLines& lines);
  void logEnded(const QString& buildId);
};

}  // namespace berth::ui

// A deployment behind the client library: our own server on this computer or any Coder-compatible one, by URL alike.
#pragma once

#include "core/base/Secret.h"
#include "ui/bridge/CoreThread.h"
#include "ui/bridge/Deployment.h"

namespace berth::ui {

class Mailbox;

struct DeploymentAddress {
  QString id;  // stable, for settings
  QString name;
  QString url;
  bool isLocal = false;
};

class RemoteDeployment final : public Deployment {
  Q_OBJECT

 public:
  // `thread` must outlive the deployment.
  RemoteDeployment(CoreThread& thread, DeploymentAddress address, Secret token, QObject* parent = nullptr);
  ~RemoteDeployment() override;

  QString id() const override { return m_address.id; }
  QString name() const override { return m_address.name; }
  QString url() const override { return m_address.url; }
  bool isLocal() const override { return m_address.isLocal; }

  void start() override;
  void refresh() override;
  void build(WorkspaceId workspace, Transition transition, Reply reply) override;
  void cancelBuild(BuildId build, Reply reply) override;
  void create(api::CreateWorkspaceRequest request, Reply reply) override;
  void importExample(const QString& exampleId, ProgressReport progress, Reply reply) override;
  void followLog(BuildId build) override;
  void unfollowLog(BuildId build) override;

 private:
  class Core;  // lives on the core thread

  DeploymentAddress m_address;
  std::shared_ptr<Mailbox> m_mailbox;
  std::shared_ptr<Core> m_core;
};

}  // namespace berth::ui

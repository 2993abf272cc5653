// The app's tunnels: one for each deployment, opened with the first use. The command line shares them through the
// tunnel service (tunnel/service). Lives on the main thread; tunnels and service run on a thread of their own.
#pragma once

#include <QHash>
#include <QObject>
#include <memory>
#include <vector>

#include "core/base/Secret.h"
#include "core/base/TunnelStatus.h"
#include "ui/bridge/CoreThread.h"

namespace berth::ui {
class Mailbox;
}

namespace berth::desktop {

class TunnelHost : public QObject {
  Q_OBJECT

 public:
  explicit TunnelHost(QObject* parent = nullptr);
  ~TunnelHost() override;  // says good-bye to servers; within a second

  // Takes the service's socket. Without it, command lines go their own way: another app has it, or there is no place.
  void start();

  // In place of an earlier tunnel to it, whose connections end, unless the sign-in is the same.
  void addDeployment(const QString& id, const QString& url, const Secret& token);

 public Q_SLOTS:
  // This computer slept.
  void onResumed();

 Q_SIGNALS:
  // As core/base/TunnelStatus.h has it: about once a second while there are connections, and once without.
  void connectionsChanged(const QString& deploymentId, const std::vector<berth::AgentConnection>& connections);

 private:
  class Core;  // lives on the tunnels' thread

  ui::CoreThread m_thread;
  std::shared_ptr<ui::Mailbox> m_mailbox;
  std::shared_ptr<Core> m_core;
};

}  // namespace berth::desktop

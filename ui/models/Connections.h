// How the agents of all deployments are reached now, and what went over the wire in the last minute. Fed by app from
// the tunnels (core/base/TunnelStatus.h). Main thread.
#pragma once

#include <QHash>
#include <QList>
#include <QObject>
#include <QString>

#include "core/base/TunnelStatus.h"
#include "ui/models/WorkspaceItem.h"

namespace berth::ui {

struct TrafficSample {
  qint64 received = 0;  // bytes per second
  qint64 sent = 0;
  bool operator==(const TrafficSample&) const = default;
};

class Connections : public QObject {
  Q_OBJECT

 public:
  static constexpr int kSamples = 60;  // one a second

  using QObject::QObject;

  // All connections of a deployment as they are now; about once a second while there are any.
  void update(const QString& deploymentId, const std::vector<AgentConnection>& connections);

  const AgentConnection* find(const QString& deploymentId, const QString& agentId) const;
  // Of a workspace's agents together, newest last; empty while none of them is connected.
  QList<TrafficSample> traffic(const QString& deploymentId, const QList<AgentItem>& agents) const;

 Q_SIGNALS:
  void changed(const QString& deploymentId);

 private:
  struct Entry {
    AgentConnection connection;
    QList<TrafficSample> history;
  };
  QHash<QString, QHash<QString, Entry>> m_deployments;  // by id, then by the agent's id
};

// "direct 3 ms", "relayed 41 ms", "connecting".
QString pathText(const AgentConnection& connection);
Role pathRole(const AgentConnection& connection);

// "240 kB/s"; of a chart's scale as of a figure.
QString rateText(qint64 bytesPerSecond);

// The end of a scale that has room for `rate`: 1, 2, 3, 4, 6 or 8 times a power of ten.
qint64 scaleFor(qint64 rate);

}  // namespace berth::ui

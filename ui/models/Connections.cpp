#include "ui/models/Connections.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

namespace berth::ui {

namespace {

constexpr qint64 kLeastScale = 1000;  // a quiet line stays flat

QString tr(const char* text) { return QCoreApplication::translate("Connections", text); }

QString latencyText(std::chrono::nanoseconds latency) {
  const double milliseconds = std::chrono::duration<double, std::milli>(latency).count();
  return milliseconds < 1 ? tr("< 1 ms") : tr("%1 ms").arg(qRound64(milliseconds));
}

}  // namespace

void Connections::update(const QString& deploymentId, const std::vector<AgentConnection>& connections) {
  QHash<QString, Entry> before = m_deployments.take(deploymentId);
  QHash<QString, Entry> now;
  for (const AgentConnection& each : connections) {
    const QString id = QString::fromStdString(each.agent.toString());
    Entry entry = before.take(id);
    entry.connection = each;
    entry.history.append({each.receiveRate, each.sendRate});
    if (entry.history.size() > kSamples) entry.history.removeFirst();
    now.insert(id, std::move(entry));
  }
  if (!now.isEmpty()) m_deployments.insert(deploymentId, std::move(now));
  Q_EMIT changed(deploymentId);
}

const AgentConnection* Connections::find(const QString& deploymentId, const QString& agentId) const {
  const auto deployment = m_deployments.constFind(deploymentId);
  if (deployment == m_deployments.cend()) return nullptr;
  const auto entry = deployment->constFind(agentId);
  return entry == deployment->cend() ? nullptr : &entry->connection;
}

QList<TrafficSample> Connections::traffic(const QString& deploymentId, const QList<AgentItem>& agents) const {
  QList<TrafficSample> sum;
  const auto deployment = m_deployments.constFind(deploymentId);
  if (deployment == m_deployments.cend()) return sum;
  for (const AgentItem& agent : agents) {
    const auto entry = deployment->constFind(agent.id);
    if (entry == deployment->cend()) continue;
    const QList<TrafficSample>& history = entry->history;
    while (sum.size() < history.size()) sum.prepend({});
    const qsizetype offset = sum.size() - history.size();
    for (qsizetype i = 0; i < history.size(); ++i) {
      sum[offset + i].received += history[i].received;
      sum[offset + i].sent += history[i].sent;
    }
  }
  return sum;
}

Role pathRole(const AgentConnection& connection) {
  switch (connection.path) {
    case AgentConnection::Path::Connecting: return Role::Starting;
    case AgentConnection::Path::Direct: return Role::DirectPath;
    case AgentConnection::Path::Relayed: return Role::RelayedPath;
  }
  return Role::Offline;
}

QString pathText(const AgentConnection& connection) {
  const QString latency = connection.latency ? latencyText(*connection.latency) : QString();
  switch (connection.path) {
    case AgentConnection::Path::Connecting: return tr("connecting");
    case AgentConnection::Path::Direct: return latency.isEmpty() ? tr("direct") : tr("direct %1").arg(latency);
    case AgentConnection::Path::Relayed: return latency.isEmpty() ? tr("relayed") : tr("relayed %1").arg(latency);
  }
  return {};
}

QString rateText(qint64 bytesPerSecond) {
  static const char* const kUnits[] = {
      QT_TRANSLATE_NOOP("Connections", "%1 B/s"), QT_TRANSLATE_NOOP("Connections", "%1 kB/s"),
      QT_TRANSLATE_NOOP("Connections", "%1 MB/s"), QT_TRANSLATE_NOOP("Connections", "%1 GB/s")};
  double figure = static_cast<double>(bytesPerSecond);
  std::size_t unit = 0;
  while (figure >= 999.5 && unit + 1 < std::size(kUnits)) {
    figure /= 1000;
    ++unit;
  }
  const bool hasTenths = unit > 0 && figure < 9.95 && qRound(figure * 10) % 10 != 0;
  return tr(kUnits[unit]).arg(QLocale().toString(figure, 'f', hasTenths ? 1 : 0));
}

qint64 scaleFor(qint64 rate) {
  for (qint64 power = kLeastScale;; power *= 10)
    for (const qint64 step : {1, 2, 3, 4, 6, 8})
      if (step * power >= rate) return step * power;
}

}  // namespace berth::ui

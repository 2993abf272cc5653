// One agent of a workspace in a line: its state, and how it is reached while the tunnel has a connection to it.
#pragma once

#include <QWidget>

#include "ui/models/Connections.h"
#include "ui/views/Glyph.h"
#include "ui/views/Label.h"

namespace berth::ui {

class AgentLine : public QWidget {
  Q_OBJECT

 public:
  AgentLine(const AgentItem& agent, bool isStale, QWidget* parent);

  const QString& agentId() const { return m_agentId; }
  // Null: not connected.
  void setConnection(const AgentConnection* connection);

 private:
  QString m_agentId;
  QString m_stateName;  // "main, ready, linux amd64"
  Glyph* m_pathGlyph;
  Label* m_path;
  Label* m_relay;
};

}  // namespace berth::ui

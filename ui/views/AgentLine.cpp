#include "ui/views/AgentLine.h"

#include <QGridLayout>
#include <QHBoxLayout>

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kLineHeight = 24;
constexpr int kPathGap = 6;

}  // namespace

AgentLine::AgentLine(const AgentItem& agent, bool isStale, QWidget* parent)
    : QWidget(parent),
      m_agentId(agent.id),
      m_pathGlyph(new Glyph(this)),
      m_path(new Label(this)),
      m_relay(new Label(this, Metrics::smallFont(), Label::Ink::Secondary)) {
  const QString detail = tr("%1, %2").arg(agent.stateText, agent.platform);
  m_stateName = QStringLiteral("%1, %2").arg(agent.name, detail);
  auto* glyph = new Glyph(this);
  glyph->setRole(isStale ? Role::Offline : agent.role);
  auto* name = new Label(this, Metrics::strongFont());
  name->setText(agent.name);
  auto* state = new Label(this, Metrics::bodyFont(), Label::Ink::Secondary);
  state->setText(detail);
  state->setElided(true);
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(Metrics::px(Metrics::kGap));
  grid->setVerticalSpacing(0);
  grid->setRowMinimumHeight(0, Metrics::px(kLineHeight));
  grid->setColumnStretch(2, 1);
  auto* path = new QHBoxLayout;
  path->setSpacing(Metrics::px(kPathGap));
  path->addWidget(m_pathGlyph);
  path->addWidget(m_path);
  grid->addWidget(glyph, 0, 0);
  grid->addWidget(name, 0, 1);
  grid->addWidget(state, 0, 2);
  grid->addLayout(path, 0, 3);
  grid->addWidget(m_relay, 1, 1, 1, 3, Qt::AlignRight);
  setConnection(nullptr);
}

void AgentLine::setConnection(const AgentConnection* connection) {
  const bool isRelayed = connection != nullptr && connection->path == AgentConnection::Path::Relayed;
  m_pathGlyph->setVisible(connection != nullptr);
  m_path->setVisible(connection != nullptr);
  m_relay->setVisible(isRelayed);
  QString words = m_stateName;
  if (connection != nullptr) {
    const Role role = pathRole(*connection);
    m_pathGlyph->setRole(role);
    m_path->setInk(role);
    m_path->setText(pathText(*connection));
    m_path->setToolTip(QString::fromStdString(connection->address));
    m_relay->setText(tr("via %1").arg(QString::fromStdString(connection->relay)));
    words += QLatin1String(", ") + m_path->text();
    if (isRelayed) words += QLatin1Char(' ') + m_relay->text();
  }
  setAccessibleName(words);
}

}  // namespace berth::ui

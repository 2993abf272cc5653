#include "ui/views/DetailPane.h"

#include <QHBoxLayout>
#include <QLocale>

#include "ui/theme/Icons.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kSectionGap = 16;
constexpr int kLineHeight = 24;

QString endOf(const BuildItem& build) {
  const QDateTime end = build.completedAt.isValid() ? build.completedAt : QDateTime::currentDateTime();
  return build.startedAt.isValid() ? durationText(build.startedAt.secsTo(end)) : DetailPane::tr("queued");
}

}  // namespace

DetailPane::DetailPane(WorkspacesPresenter& presenter, QWidget* parent)
    : QScrollArea(parent), m_presenter(presenter), m_content(nullptr), m_sections(nullptr), m_traffic(nullptr) {
  setFrameShape(QFrame::NoFrame);
  setWidgetResizable(true);
  setFocusPolicy(Qt::NoFocus);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* whole = new QWidget(this);
  setWidget(whole);
  m_column = new QVBoxLayout(whole);
  const int inset = Metrics::px(Metrics::kTextInset);
  m_column->setContentsMargins(inset, Metrics::px(Metrics::kListInset), inset, inset);
  m_column->setSpacing(Metrics::px(Metrics::kGap));
  makeHead(m_column);
  m_column->addStretch(1);
  connect(m_terminal, &QPushButton::clicked, this, [this] { Q_EMIT terminalRequested(m_key); });
  connect(m_startStop, &QPushButton::clicked, this, &DetailPane::startOrStop);
  connect(m_more, &QToolButton::clicked, this,
          [this] { Q_EMIT menuRequested(m_key, m_more->mapToGlobal(m_more->rect().bottomLeft())); });
  connect(&m_presenter, &WorkspacesPresenter::workspacesChanged, this, &DetailPane::update);
  connect(&m_presenter, &WorkspacesPresenter::deploymentsChanged, this, &DetailPane::update);
  connect(m_presenter.connections(), &Connections::changed, this, [this](const QString& deploymentId) {
    if (deploymentId == m_key.deploymentId) updateConnections();
  });
  update();
}

void DetailPane::makeHead(QVBoxLayout* column) {
  QWidget* whole = widget();
  m_name = new Label(whole, Metrics::titleFont());
  m_name->setElided(true);
  m_more = new QToolButton(whole);
  m_more->setAutoRaise(true);
  m_more->setIcon(Icons::themed(QStringLiteral("overflow-menu")));
  m_more->setAccessibleName(tr("More actions"));
  m_more->setToolTip(m_more->accessibleName());
  auto* head = new QHBoxLayout;
  head->addWidget(m_name, 1);
  head->addWidget(m_more);
  column->addLayout(head);

  m_glyph = new Glyph(whole);
  m_state = new Label(whole);
  m_reason = new Label(whole, Metrics::bodyFont(), Label::Ink::Secondary);
  m_reason->setElided(true);
  auto* state = new QHBoxLayout;
  state->setSpacing(Metrics::px(Metrics::kGap));
  state->addWidget(m_glyph);
  state->addWidget(m_state);
  state->addWidget(m_reason, 1);
  column->addLayout(state);

  m_terminal =
      new QPushButton(Icons::themed(QStringLiteral("utilities-terminal"), QPalette::ButtonText), tr("Terminal"), whole);
  m_startStop = new QPushButton(whole);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(Metrics::px(Metrics::kGap));
  buttons->addWidget(m_terminal);
  buttons->addWidget(m_startStop);
  buttons->addStretch(1);
  column->addSpacing(Metrics::px(4));
  column->addLayout(buttons);
}

void DetailPane::startOrStop() {
  if (m_item.isChanging())
    m_presenter.cancel(m_key);
  else if (m_item.isRunning())
    m_presenter.stop(m_key);
  else
    m_presenter.start(m_key);
}

void DetailPane::show(const WorkspaceKey& key) {
  m_key = key;
  update();
}

void DetailPane::addGap() {
  if (m_sections->count() > 0) m_sections->addSpacing(Metrics::px(kSectionGap));
}

void DetailPane::addSection(const QString& title) {
  addGap();
  auto* head = new Label(m_content, Metrics::strongFont());
  head->setText(title);
  m_sections->addWidget(head);
}

void DetailPane::addLine(Role role, bool isDone, const QString& name, const QString& detail, const QString& end) {
  auto* line = new QWidget(m_content);
  line->setMinimumHeight(Metrics::px(kLineHeight));
  auto* row = new QHBoxLayout(line);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(Metrics::px(Metrics::kGap));
  auto* glyph = new Glyph(line);
  if (isDone)
    glyph->setDone();
  else
    glyph->setRole(role);
  auto* first = new Label(line, Metrics::strongFont());
  first->setText(name);
  auto* second = new Label(line, Metrics::bodyFont(), Label::Ink::Secondary);
  second->setText(detail);
  second->setElided(true);
  auto* last = new Label(line, Metrics::bodyFont(), Label::Ink::Secondary);
  last->setText(end);
  row->addWidget(glyph);
  row->addWidget(first);
  row->addWidget(second, 1);
  row->addWidget(last);
  line->setAccessibleName(QStringLiteral("%1, %2, %3").arg(name, detail, end));
  m_sections->addWidget(line);
}

void DetailPane::addPair(const QString& name, const QString& value) {
  auto* line = new QWidget(m_content);
  line->setMinimumHeight(Metrics::px(kLineHeight));
  auto* row = new QHBoxLayout(line);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(Metrics::px(Metrics::kTextInset));
  auto* caption = new Label(line, Metrics::bodyFont(), Label::Ink::Secondary);
  caption->setText(name);
  auto* text = new Label(line);
  text->setText(value);
  text->setElided(true);
  text->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  row->addWidget(caption);
  row->addWidget(text, 1);
  line->setAccessibleName(QStringLiteral("%1: %2").arg(name, value));
  m_sections->addWidget(line);
}

// Called at every look at the servers; what did not change is left alone.
void DetailPane::update() {
  const auto item = m_presenter.workspace(m_key);
  widget()->setVisible(item.has_value());
  if (!item) return;
  const DeploymentItem* deployment =
      m_presenter.model()->deployment(m_presenter.model()->deploymentIndex(m_key.deploymentId));
  const bool isStale = deployment->isStale();
  const QString lastUsed = relativeTime(item->lastUsedAt, QDateTime::currentDateTime());
  if (m_content != nullptr && *item == m_item && isStale == m_isStale && lastUsed == m_lastUsed) return;
  m_item = *item;
  m_isStale = isStale;
  m_lastUsed = lastUsed;
  m_name->setText(item->name);
  m_glyph->setRole(isStale ? Role::Offline : item->role);
  m_state->setText(item->statusWord);
  if (isStale)
    m_state->setInk(Label::Ink::Secondary);
  else
    m_state->setInk(item->role);
  m_reason->setText(isStale ? tr("as of %1").arg(QLocale().toString(deployment->reachedAt.time(), QLocale::ShortFormat))
                            : item->statusDetail);
  updateButtons();
  updateSections();
}

void DetailPane::updateButtons() {
  const bool isRunning = m_item.isRunning() && !m_item.isChanging();
  m_terminal->setEnabled(isRunning && !m_isStale);
  m_terminal->setToolTip(isRunning ? QString() : tr("Needs a running workspace"));
  const bool isChanging = m_item.isChanging();
  m_startStop->setText(isChanging ? tr("Cancel") : m_item.isRunning() ? tr("Stop") : tr("Start"));
  m_startStop->setIcon(isChanging ? QIcon()
                                  : Icons::themed(m_item.isRunning() ? QStringLiteral("media-playback-stop")
                                                                     : QStringLiteral("media-playback-start"),
                                                  QPalette::ButtonText));
  m_startStop->setEnabled(!m_isStale && (isChanging || m_item.canStart() || m_item.canStop()));
}

void DetailPane::addAgents() {
  m_agents.clear();
  m_traffic = nullptr;
  if (m_item.agents.isEmpty()) return;
  addSection(tr("Agents"));
  for (const AgentItem& agent : m_item.agents) {
    m_agents.append(new AgentLine(agent, m_isStale, m_content));
    m_sections->addWidget(m_agents.last());
  }
  if (m_item.isRunning()) {
    addGap();
    m_traffic = new TrafficView(m_content);
    m_sections->addWidget(m_traffic);
  }
  updateConnections();
}

// In place: they change every second.
void DetailPane::updateConnections() {
  const Connections& connections = *m_presenter.connections();
  for (AgentLine* const line : std::as_const(m_agents))
    line->setConnection(connections.find(m_key.deploymentId, line->agentId()));
  if (m_traffic != nullptr) m_traffic->setSamples(connections.traffic(m_key.deploymentId, m_item.agents));
}

void DetailPane::updateSections() {
  delete m_content;
  m_content = new QWidget(widget());
  m_sections = new QVBoxLayout(m_content);
  m_sections->setContentsMargins(0, Metrics::px(Metrics::kGap), 0, 0);
  m_sections->setSpacing(0);
  m_column->insertWidget(m_column->count() - 1, m_content);
  addAgents();
  addSection(tr("Workspace"));
  addPair(tr("Template"), m_item.templateName);
  addPair(tr("Owner"), m_item.owner);
  addPair(tr("Last used"), m_lastUsed);
  addSection(tr("Latest build"));
  const BuildItem& build = m_item.build;
  addLine(m_isStale ? Role::Offline : build.role, !m_isStale && build.role == Role::Running,
          tr("#%1 %2").arg(build.number).arg(build.verb), tr("by %1").arg(build.initiator), endOf(build));
  if (build.error.isEmpty()) return;
  auto* error = new Label(m_content, Metrics::smallFont());
  error->setInk(Role::Failed);
  error->setText(build.error);
  error->setWordWrap(true);
  error->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_sections->addWidget(error);
}

}  // namespace berth::ui

#include "ui/views/DetailPane.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QMenu>

#include "ui/theme/Icons.h"
#include "ui/theme/Metrics.h"
#include "ui/theme/StateGlyph.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kGlyph = 16;
constexpr int kSectionGap = 16;

QLabel* makeLabel(const QString& text, const QFont& font, const QColor& color, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setFont(font);
  label->setTextFormat(Qt::PlainText);
  QPalette own = label->palette();
  own.setColor(QPalette::WindowText, color);
  label->setPalette(own);
  return label;
}

}  // namespace

DetailPane::DetailPane(WorkspacesPresenter& presenter, QWidget* parent) : QScrollArea(parent), m_presenter(presenter) {
  setFrameShape(QFrame::NoFrame);
  setWidgetResizable(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* content = new QWidget(this);
  setWidget(content);
  auto* column = new QVBoxLayout(content);
  const int inset = Metrics::px(Metrics::kTextInset);
  column->setContentsMargins(inset, Metrics::px(Metrics::kListInset), inset, inset);
  column->setSpacing(Metrics::px(Metrics::kGap));

  m_name = new QLabel(content);
  m_name->setFont(Metrics::titleFont());
  m_name->setTextFormat(Qt::PlainText);
  m_name->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_more = new QToolButton(content);
  m_more->setAutoRaise(true);
  m_more->setPopupMode(QToolButton::InstantPopup);
  m_more->setIcon(Icons::tinted(QStringLiteral("overflow-menu"), palette().color(QPalette::WindowText)));
  m_more->setAccessibleName(tr("More actions"));
  m_more->setToolTip(tr("More actions"));
  m_more->setMenu(new QMenu(m_more));
  auto* head = new QHBoxLayout;
  head->addWidget(m_name, 1);
  head->addWidget(m_more);
  column->addLayout(head);

  m_glyph = new QLabel(content);
  m_state = new QLabel(content);
  m_reason = new QLabel(content);
  m_reason->setTextFormat(Qt::PlainText);
  m_reason->setWordWrap(true);
  auto* state = new QHBoxLayout;
  state->addWidget(m_glyph, 0, Qt::AlignTop);
  state->addWidget(m_state, 0, Qt::AlignTop);
  state->addWidget(m_reason, 1);
  column->addLayout(state);

  m_terminal =
      new QPushButton(Icons::tinted(QStringLiteral("utilities-terminal"), palette().color(QPalette::ButtonText)),
                      tr("Terminal"), content);
  m_startStop = new QPushButton(content);
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(m_terminal);
  buttons->addWidget(m_startStop);
  buttons->addStretch(1);
  column->addLayout(buttons);

  m_sections = new QVBoxLayout;
  m_sections->setSpacing(Metrics::px(4));
  column->addLayout(m_sections);
  column->addStretch(1);

  connect(m_terminal, &QPushButton::clicked, this, [this] { Q_EMIT terminalRequested(m_key); });
  connect(m_startStop, &QPushButton::clicked, this, [this] {
    const auto item = m_presenter.workspace(m_key);
    if (!item) return;
    if (item->isChanging())
      m_presenter.cancel(m_key);
    else if (item->isRunning())
      m_presenter.stop(m_key);
    else
      m_presenter.start(m_key);
  });
  connect(&m_presenter, &WorkspacesPresenter::workspacesChanged, this, &DetailPane::update);
  update();
}

void DetailPane::show(const WorkspaceKey& key) {
  m_key = key;
  update();
}

void DetailPane::clearSections() {
  while (QLayoutItem* item = m_sections->takeAt(0)) {
    if (item->widget() != nullptr) item->widget()->deleteLater();
    delete item;
  }
}

void DetailPane::addSection(const QString& title) {
  m_sections->addSpacing(Metrics::px(kSectionGap - 4));
  m_sections->addWidget(makeLabel(title, Metrics::strongFont(), palette().color(QPalette::WindowText), widget()));
}

void DetailPane::addLine(Role role, const QString& name, const QString& detail) {
  const Colors colors = Colors::from(palette());
  auto* line = new QWidget(widget());
  auto* row = new QHBoxLayout(line);
  row->setContentsMargins(0, Metrics::px(2), 0, Metrics::px(2));
  auto* glyph = new QLabel(line);
  const int size = Metrics::px(kGlyph);
  glyph->setPixmap(StateGlyph::icon(role, palette()).pixmap(QSize(size, size), devicePixelRatioF()));
  row->addWidget(glyph);
  row->addWidget(makeLabel(name, Metrics::strongFont(), palette().color(QPalette::WindowText), line));
  row->addWidget(makeLabel(detail, Metrics::bodyFont(), colors.secondaryText, line), 1);
  line->setAccessibleName(name + QLatin1String(", ") + detail);
  m_sections->addWidget(line);
}

void DetailPane::addPair(const QString& name, const QString& value) {
  const Colors colors = Colors::from(palette());
  auto* line = new QWidget(widget());
  auto* row = new QHBoxLayout(line);
  row->setContentsMargins(0, Metrics::px(2), 0, Metrics::px(2));
  row->addWidget(makeLabel(name, Metrics::bodyFont(), colors.secondaryText, line));
  row->addStretch(1);
  auto* text = makeLabel(value, Metrics::bodyFont(), palette().color(QPalette::WindowText), line);
  text->setTextInteractionFlags(Qt::TextSelectableByMouse);
  row->addWidget(text);
  m_sections->addWidget(line);
}

void DetailPane::update() {
  const auto item = m_presenter.workspace(m_key);
  widget()->setVisible(item.has_value());
  if (!item) return;
  const Colors colors = Colors::from(palette());
  const int size = Metrics::px(kGlyph);
  m_name->setText(item->name);
  m_glyph->setPixmap(StateGlyph::icon(item->role, palette()).pixmap(QSize(size, size), devicePixelRatioF()));
  m_state->setText(item->statusWord);
  QPalette stateColors = m_state->palette();
  stateColors.setColor(QPalette::WindowText, colors.role(item->role));
  m_state->setPalette(stateColors);
  m_reason->setText(item->statusDetail);

  m_terminal->setEnabled(item->isRunning());
  m_terminal->setToolTip(item->isRunning() ? QString() : tr("Needs a running workspace"));
  const bool mayCancel = item->isChanging();
  m_startStop->setText(mayCancel ? tr("Cancel") : item->isRunning() ? tr("Stop") : tr("Start"));
  m_startStop->setEnabled(mayCancel || item->canStart() || item->canStop());

  QMenu* menu = m_more->menu();
  menu->clear();
  menu->addAction(tr("Show log"), this, [this] { Q_EMIT logRequested(m_key); });
  menu->addAction(tr("Restart"), this, [this] { m_presenter.restart(m_key); })->setEnabled(item->isRunning());
  menu->addSeparator();
  menu->addAction(tr("Delete …"), this, [this] { Q_EMIT deleteRequested(m_key); })->setEnabled(!item->isChanging());

  clearSections();
  if (!item->agents.isEmpty()) {
    addSection(tr("Agents"));
    for (const AgentItem& agent : item->agents)
      addLine(agent.role, agent.name, tr("%1, %2").arg(agent.stateText, agent.platform));
  }
  addSection(tr("Workspace"));
  addPair(tr("Template"), item->templateName);
  addPair(tr("Owner"), item->owner);
  addPair(tr("Last used"), relativeTime(item->lastUsedAt, QDateTime::currentDateTime()));
  addSection(tr("Latest build"));
  const QDateTime end = item->build.completedAt.isValid() ? item->build.completedAt : QDateTime::currentDateTime();
  const QString took = item->build.startedAt.isValid() ? durationText(item->build.startedAt.secsTo(end)) : tr("queued");
  addLine(item->build.role, tr("#%1 %2").arg(item->build.number).arg(item->build.verb),
          tr("by %1, %2").arg(item->build.initiator, took));
  if (!item->build.error.isEmpty()) {
    auto* error = makeLabel(item->build.error, Metrics::smallFont(), colors.role(Role::Failed), widget());
    error->setWordWrap(true);
    error->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_sections->addWidget(error);
  }
}

}  // namespace berth::ui

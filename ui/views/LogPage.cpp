#include "ui/views/LogPage.h"

#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QMessageBox>
#include <QSaveFile>
#include <QShortcut>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/theme/Icons.h"
#include "ui/theme/Metrics.h"
#include "ui/theme/StateGlyph.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kGlyph = 16;
constexpr int kPhasesWidth = 376;
constexpr int kLogWidth = 700;
constexpr int kPhaseHeight = 44;
constexpr int kToolHeight = 40;
constexpr int kFootHeight = 36;
constexpr int kSearchWidth = 200;
constexpr int kProgressWidth = 320;

void tint(QLabel* label, const QColor& color) {
  QPalette own = label->palette();
  own.setColor(QPalette::WindowText, color);
  label->setPalette(own);
}

}  // namespace

LogPage::LogPage(WorkspacesPresenter& presenter, QWidget* parent) : QWidget(parent), m_presenter(presenter) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(makeHead());
  column->addWidget(makeProgressBar());
  auto* splitter = new QSplitter(this);
  m_phases = new QListWidget(splitter);
  m_phases->setFrameShape(QFrame::NoFrame);
  m_phases->setAccessibleName(tr("Phases"));
  m_phases->setIconSize(QSize(Metrics::px(kGlyph), Metrics::px(kGlyph)));
  splitter->addWidget(m_phases);
  splitter->addWidget(makeLogColumn());
  splitter->setSizes({Metrics::px(kPhasesWidth), Metrics::px(kLogWidth)});
  splitter->setStretchFactor(1, 1);
  splitter->setChildrenCollapsible(false);
  splitter->setHandleWidth(1);
  column->addWidget(splitter, 1);

  m_clock.setInterval(1000);
  connect(&m_clock, &QTimer::timeout, this, &LogPage::update);
  connect(&m_presenter, &WorkspacesPresenter::workspacesChanged, this, &LogPage::update);
  connect(m_presenter.log(), &BuildLogModel::phasesChanged, this, &LogPage::updatePhases);
  connect(m_phases, &QListWidget::itemActivated, this,
          [this](QListWidgetItem* item) { m_log->goToRow(item->data(Qt::UserRole).toInt()); });
  connect(m_phases, &QListWidget::itemClicked, m_phases, &QListWidget::itemActivated);
}

QWidget* LogPage::makeHead() {
  auto* head = new QWidget(this);
  auto* row = new QHBoxLayout(head);
  const int inset = Metrics::px(Metrics::kTextInset);
  row->setContentsMargins(Metrics::px(Metrics::kGap), Metrics::px(Metrics::kGap), inset, Metrics::px(Metrics::kGap));
  row->setSpacing(Metrics::px(Metrics::kGap));
  auto* back = new QToolButton(head);
  back->setAutoRaise(true);
  back->setIcon(Icons::tinted(QStringLiteral("go-previous"), palette().color(QPalette::WindowText)));
  back->setToolTip(tr("Back to the list"));
  back->setAccessibleName(back->toolTip());
  back->setShortcut(QKeySequence(Qt::ALT | Qt::Key_Left));
  connect(back, &QToolButton::clicked, this, &LogPage::backRequested);
  m_name = new QLabel(head);
  m_name->setFont(Metrics::titleFont());
  m_name->setTextFormat(Qt::PlainText);
  m_glyph = new QLabel(head);
  m_state = new QLabel(head);
  m_summary = new QLabel(head);
  m_summary->setTextFormat(Qt::PlainText);
  tint(m_summary, Colors::from(palette()).secondaryText);
  m_action = new QPushButton(head);
  connect(m_action, &QPushButton::clicked, this, [this] {
    const auto item = m_presenter.workspace(m_key);
    if (!item) return;
    if (item->isChanging())
      m_presenter.cancel(m_key);
    else
      m_presenter.start(m_key);
  });
  row->addWidget(back);
  row->addWidget(m_name);
  row->addSpacing(Metrics::px(Metrics::kGap));
  row->addWidget(m_glyph);
  row->addWidget(m_state);
  row->addWidget(m_summary, 1);
  row->addWidget(m_action);
  return head;
}

QWidget* LogPage::makeProgressBar() {
  m_progressBar = new QWidget(this);
  m_progressBar->setFixedHeight(Metrics::px(kToolHeight));
  auto* row = new QHBoxLayout(m_progressBar);
  row->setContentsMargins(Metrics::px(Metrics::kTextInset), 0, Metrics::px(Metrics::kTextInset), 0);
  row->setSpacing(Metrics::px(Metrics::kTextInset));
  m_phase = new QLabel(m_progressBar);
  m_phase->setFont(Metrics::strongFont());
  m_progress = new ProgressLine(m_progressBar);
  m_progress->setFixedWidth(Metrics::px(kProgressWidth));
  m_progress->setUnknown();
  m_elapsed = new QLabel(m_progressBar);
  row->addWidget(m_phase);
  row->addWidget(m_progress);
  row->addWidget(m_elapsed);
  row->addStretch(1);
  return m_progressBar;
}

QWidget* LogPage::makeLogColumn() {
  auto* area = new QWidget(this);
  auto* column = new QVBoxLayout(area);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);

  auto* tools = new QHBoxLayout;
  tools->setContentsMargins(Metrics::px(Metrics::kListInset), Metrics::px(4), Metrics::px(Metrics::kListInset),
                            Metrics::px(4));
  m_search = new QLineEdit(area);
  m_search->setPlaceholderText(tr("Search log"));
  m_search->setClearButtonEnabled(true);
  m_search->setFixedWidth(Metrics::px(kSearchWidth));
  auto* copy = new QToolButton(area);
  copy->setIcon(Icons::tinted(QStringLiteral("edit-copy"), palette().color(QPalette::WindowText)));
  copy->setToolTip(tr("Copy the whole log"));
  auto* save = new QToolButton(area);
  save->setIcon(Icons::tinted(QStringLiteral("document-save"), palette().color(QPalette::WindowText)));
  save->setToolTip(tr("Save the log …"));
  for (QToolButton* button : {copy, save}) {
    button->setAutoRaise(true);
    button->setAccessibleName(button->toolTip());
  }
  tools->addWidget(m_search);
  tools->addStretch(1);
  tools->addWidget(copy);
  tools->addWidget(save);
  column->addLayout(tools);

  m_log = new LogView(*m_presenter.log(), area);
  column->addWidget(m_log, 1);

  auto* foot = new QHBoxLayout;
  foot->setContentsMargins(Metrics::px(Metrics::kListInset), Metrics::px(4), Metrics::px(Metrics::kListInset),
                           Metrics::px(4));
  m_live = new QLabel(area);
  m_counts = new QLabel(area);
  m_live->setMinimumHeight(Metrics::px(kFootHeight - 8));
  m_firstError = new QPushButton(tr("Go to first error"), area);
  m_firstError->setFont(Metrics::smallFont());
  foot->addWidget(m_live);
  foot->addStretch(1);
  foot->addWidget(m_counts);
  foot->addWidget(m_firstError);
  column->addLayout(foot);

  const auto find = [this](bool backward) { m_log->find(m_search->text(), backward); };
  connect(m_search, &QLineEdit::returnPressed, this, [find] { find(false); });
  connect(new QShortcut(QKeySequence::FindNext, this), &QShortcut::activated, this, [find] { find(false); });
  connect(new QShortcut(QKeySequence::FindPrevious, this), &QShortcut::activated, this, [find] { find(true); });
  connect(m_log, &LogView::followingChanged, this, &LogPage::updateFoot);
  connect(m_firstError, &QPushButton::clicked, this, [this] {
    const BuildLogModel* log = m_presenter.log();
    const int row = log->firstRowOf(log->count(LogLevel::Error) > 0 ? LogLevel::Error : LogLevel::Warn);
    if (row >= 0) m_log->goToRow(row);
  });
  connect(copy, &QToolButton::clicked, this,
          [this] { QApplication::clipboard()->setText(m_presenter.log()->plainText()); });
  connect(save, &QToolButton::clicked, this, [this] {
    const QString suggestion = m_name->text() + QStringLiteral(".log");
    const QString path = QFileDialog::getSaveFileName(this, tr("Save the log"), suggestion);
    if (path.isEmpty()) return;
    QSaveFile file(path);
    const bool saved =
        file.open(QIODevice::WriteOnly) && file.write(m_presenter.log()->plainText().toUtf8()) >= 0 && file.commit();
    if (!saved) QMessageBox::warning(this, tr("Save the log"), tr("%1: %2").arg(path, file.errorString()));
  });
  return area;
}

void LogPage::show(const WorkspaceKey& key) {
  m_key = key;
  m_presenter.showLog(key);
  m_log->goToEnd();
  update();
  updatePhases();
}

void LogPage::update() {
  const auto item = m_presenter.workspace(m_key);
  if (!item) return;
  const Colors colors = Colors::from(palette());
  const int size = Metrics::px(kGlyph);
  m_name->setText(item->name);
  m_glyph->setPixmap(StateGlyph::icon(item->role, palette()).pixmap(QSize(size, size), devicePixelRatioF()));
  m_state->setText(item->statusWord);
  tint(m_state, colors.role(item->role));
  const QString started = QLocale().toString(item->build.createdAt.time(), QLocale::ShortFormat);
  m_summary->setText(tr("%1, build %2 started by %3 at %4")
                         .arg(item->templateName)
                         .arg(item->build.number)
                         .arg(item->build.initiator, started));
  m_action->setText(item->isChanging() ? tr("Cancel build") : tr("Start"));
  m_action->setVisible(item->isChanging() || item->canStart());
  m_progressBar->setVisible(item->isChanging());
  if (item->isChanging()) {
    const auto& phases = m_presenter.log()->phases();
    m_phase->setText(phases.isEmpty() ? tr("Waiting") : phases.last().name);
    m_elapsed->setText(durationText(item->build.createdAt.secsTo(QDateTime::currentDateTime())));
    m_clock.start();
  } else {
    m_clock.stop();
  }
  updateFoot();
}

void LogPage::updatePhases() {
  const QList<LogPhase>& phases = m_presenter.log()->phases();
  while (m_phases->count() > phases.size()) delete m_phases->takeItem(m_phases->count() - 1);
  while (m_phases->count() < phases.size()) m_phases->addItem(QString());
  for (int i = 0; i < phases.size(); ++i) {
    const LogPhase& phase = phases[i];
    QListWidgetItem* item = m_phases->item(i);
    const QDateTime end = phase.endedAt.isValid() ? phase.endedAt : QDateTime::currentDateTime();
    item->setText(tr("%1\n%2").arg(phase.name, durationText(phase.startedAt.secsTo(end))));
    item->setIcon(phase.role == Role::Running ? Icons::tinted(QStringLiteral("berth-state-done-symbolic"),
                                                              Colors::from(palette()).role(Role::Running))
                                              : StateGlyph::icon(phase.role, palette()));
    item->setFont(phase.endedAt.isValid() ? Metrics::bodyFont() : Metrics::strongFont());
    item->setData(Qt::UserRole, phase.firstRow);
    item->setSizeHint(QSize(0, Metrics::px(kPhaseHeight)));
  }
  updateFoot();
}

void LogPage::updateFoot() {
  const BuildLogModel* log = m_presenter.log();
  const int errors = log->count(LogLevel::Error);
  const int warnings = log->count(LogLevel::Warn);
  if (log->isFinished())
    m_live->setText(tr("Complete"));
  else
    m_live->setText(m_log->isFollowing() ? tr("Live, follows the newest line") : tr("Live, Ctrl+End follows again"));
  QStringList counts;
  if (errors > 0) counts.append(tr("%n error(s)", nullptr, errors));
  if (warnings > 0) counts.append(tr("%n warning(s)", nullptr, warnings));
  m_counts->setText(counts.join(QLatin1String(", ")));
  m_firstError->setText(errors > 0 ? tr("Go to first error") : tr("Go to first warning"));
  m_firstError->setVisible(errors + warnings > 0);
}

}  // namespace berth::ui

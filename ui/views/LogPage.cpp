#include "ui/views/LogPage.h"

#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QMessageBox>
#include <QPainter>
#include <QSaveFile>
#include <QShortcut>
#include <QSplitter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include "ui/theme/Icons.h"
#include "ui/theme/Metrics.h"
#include "ui/theme/RowPainter.h"
#include "ui/theme/StateGlyph.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kGlyph = 16;
constexpr int kPhasesWidth = 296;
constexpr int kLogWidth = 780;
constexpr int kPhaseHeight = 32;
constexpr int kToolHeight = 40;
constexpr int kFootHeight = 36;
constexpr int kSearchWidth = 200;
constexpr int kProgressWidth = 320;

// A phase: its glyph and name, at the end how long it took.
class PhaseDelegate final : public QStyledItemDelegate {
 public:
  enum DataRole { RowRole = Qt::UserRole, DurationRole, PhaseRole, DoneRole };

  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
    return {0, Metrics::px(kPhaseHeight)};
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    RowPainter::background(*painter, option);
    const Colors colors = Colors::from(option.palette);
    const auto role = static_cast<Role>(index.data(PhaseRole).toInt());
    const bool isDone = index.data(DoneRole).toBool();
    const int inset = Metrics::px(Metrics::kTextInset);
    const int size = Metrics::px(kGlyph);
    const QRect row = option.rect.adjusted(inset, 0, -inset, 0);
    const QRect glyph = RowPainter::square(option, inset, size);
    painter->save();
    if (isDone)
      StateGlyph::paintDone(*painter, glyph, colors.role(role));
    else
      StateGlyph::paint(*painter, glyph, role, colors.role(role));
    painter->setFont(Metrics::smallFont());
    painter->setPen(colors.secondaryText);
    const QString duration = index.data(DurationRole).toString();
    const auto end = QStyle::visualAlignment(option.direction, Qt::AlignRight) | Qt::AlignVCenter;
    painter->drawText(row, static_cast<int>(end), duration);
    const QFont font = isDone || role == Role::Failed ? Metrics::bodyFont() : Metrics::strongFont();
    QRect name = row.adjusted(size + Metrics::px(Metrics::kGap), 0, 0, 0);
    name.setRight(name.right() - painter->fontMetrics().horizontalAdvance(duration) - Metrics::px(Metrics::kGap));
    painter->setFont(font);
    painter->setPen(option.palette.color(QPalette::Active, QPalette::Text));
    const auto start = QStyle::visualAlignment(option.direction, Qt::AlignLeft) | Qt::AlignVCenter;
    painter->drawText(QStyle::visualRect(option.direction, option.rect, name), static_cast<int>(start),
                      QFontMetrics(font).elidedText(index.data().toString(), Qt::ElideRight, name.width()));
    painter->restore();
  }
};

}  // namespace

LogPage::LogPage(WorkspacesPresenter& presenter, QWidget* parent) : QWidget(parent), m_presenter(presenter) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(makeHead());
  column->addWidget(makeProgressBar());
  m_failure = new Banner(this);
  auto* failureRow = new QHBoxLayout;
  failureRow->setContentsMargins(Metrics::px(Metrics::kGap), 0, Metrics::px(Metrics::kGap), Metrics::px(4));
  failureRow->addWidget(m_failure);
  column->addLayout(failureRow);
  auto* splitter = new QSplitter(this);
  m_phases = new QListWidget(splitter);
  m_phases->setFrameShape(QFrame::NoFrame);
  m_phases->setAccessibleName(tr("Phases"));
  m_phases->setItemDelegate(new PhaseDelegate(m_phases));
  m_phases->setMouseTracking(true);
  splitter->addWidget(m_phases);
  splitter->addWidget(makeLogColumn());
  splitter->setSizes({Metrics::px(kPhasesWidth), Metrics::px(kLogWidth)});
  splitter->setStretchFactor(1, 1);
  splitter->setChildrenCollapsible(false);
  splitter->setHandleWidth(1);
  column->addWidget(splitter, 1);

  m_clock.setInterval(1000);
  connect(&m_clock, &QTimer::timeout, this, [this] {
    update();
    updatePhases();
  });
  connect(&m_presenter, &WorkspacesPresenter::workspacesChanged, this, &LogPage::update);
  connect(m_presenter.log(), &BuildLogModel::phasesChanged, this, &LogPage::updatePhases);
  connect(m_phases, &QListWidget::itemActivated, this,
          [this](QListWidgetItem* item) { m_log->goToRow(item->data(PhaseDelegate::RowRole).toInt()); });
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
  back->setIcon(Icons::themed(QStringLiteral("go-previous")));
  back->setToolTip(tr("Back to the list"));
  back->setAccessibleName(back->toolTip());
  back->setShortcut(QKeySequence(Qt::ALT | Qt::Key_Left));
  connect(back, &QToolButton::clicked, this, &LogPage::backRequested);
  m_name = new Label(head, Metrics::titleFont());
  m_glyph = new Glyph(head);
  m_state = new Label(head);
  m_summary = new Label(head, Metrics::bodyFont(), Label::Ink::Secondary);
  m_summary->setElided(true);
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
  m_phase = new Label(m_progressBar, Metrics::strongFont());
  m_progress = new ProgressLine(m_progressBar);
  m_progress->setFixedWidth(Metrics::px(kProgressWidth));
  m_progress->setUnknown();
  m_elapsed = new Label(m_progressBar);
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
  m_search->setAccessibleName(m_search->placeholderText());
  m_search->setClearButtonEnabled(true);
  m_search->setFixedWidth(Metrics::px(kSearchWidth));
  auto* copy = new QToolButton(area);
  copy->setIcon(Icons::themed(QStringLiteral("edit-copy")));
  copy->setToolTip(tr("Copy the whole log"));
  auto* save = new QToolButton(area);
  save->setIcon(Icons::themed(QStringLiteral("document-save")));
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
  foot->setSpacing(Metrics::px(Metrics::kGap));
  foot->setContentsMargins(Metrics::px(Metrics::kListInset), Metrics::px(4), Metrics::px(Metrics::kListInset),
                           Metrics::px(4));
  m_liveGlyph = new Glyph(area);
  m_live = new Label(area, Metrics::smallFont(), Label::Ink::Secondary);
  m_counts = new Label(area, Metrics::smallFont(), Label::Ink::Secondary);
  m_live->setMinimumHeight(Metrics::px(kFootHeight - 8));
  m_firstError = new QPushButton(tr("Go to first error"), area);
  m_firstError->setFont(Metrics::smallFont());
  foot->addWidget(m_liveGlyph);
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
  if (!item) {
    if (isVisible()) Q_EMIT backRequested();  // deleted while it was looked at
    return;
  }
  const BuildItem& build = item->build;
  m_name->setText(item->name);
  m_glyph->setRole(item->role);
  m_state->setText(item->statusWord);
  m_state->setInk(item->role);
  const QString started = QLocale().toString(build.createdAt, QLocale::ShortFormat);
  m_summary->setText(
      tr("%1, build %2 started by %3, %4").arg(item->templateName).arg(build.number).arg(build.initiator, started));
  m_action->setText(item->isChanging() ? tr("Cancel build") : tr("Start"));
  m_action->setVisible(item->isChanging() || item->canStart());
  m_progressBar->setVisible(item->isChanging());
  const bool hasFailed = build.role == Role::Failed;
  if (hasFailed)
    m_failure->show(Role::Failed, tr("Build %1 failed: %2")
                                      .arg(build.number)
                                      .arg(build.error.isEmpty() ? item->statusDetail : build.error.trimmed()));
  m_failure->setVisible(hasFailed);
  if (item->isChanging()) {
    m_elapsed->setText(durationText(std::max<qint64>(0, build.createdAt.secsTo(QDateTime::currentDateTime()))));
    m_clock.start();
  } else {
    m_clock.stop();
  }
  updateFoot();
}

void LogPage::updatePhases() {
  const QList<LogPhase>& phases = m_presenter.log()->phases();
  m_phase->setText(phases.isEmpty() ? tr("Waiting") : phases.last().name);
  while (m_phases->count() > phases.size()) delete m_phases->takeItem(m_phases->count() - 1);
  while (m_phases->count() < phases.size()) m_phases->addItem(QString());
  for (int i = 0; i < phases.size(); ++i) {
    const LogPhase& phase = phases[i];
    QListWidgetItem* item = m_phases->item(i);
    const QDateTime end = phase.endedAt.isValid() ? phase.endedAt : QDateTime::currentDateTime();
    const QString duration = durationText(std::max<qint64>(0, phase.startedAt.secsTo(end)));
    item->setText(phase.name);
    item->setData(PhaseDelegate::RowRole, phase.firstRow);
    item->setData(PhaseDelegate::DurationRole, duration);
    item->setData(PhaseDelegate::PhaseRole, static_cast<int>(phase.role));
    item->setData(PhaseDelegate::DoneRole, phase.role == Role::Running);
    item->setData(Qt::AccessibleTextRole, tr("%1, %2").arg(phase.name, duration));
  }
  updateFoot();
}

void LogPage::updateFoot() {
  const BuildLogModel* log = m_presenter.log();
  const int errors = log->count(LogLevel::Error);
  const int warnings = log->count(LogLevel::Warn);
  if (log->isFinished() && log->outcome() != Role::Failed)
    m_liveGlyph->setDone();
  else
    m_liveGlyph->setRole(log->isFinished() ? Role::Failed : Role::Running);
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

#include "ui/views/ChecklistView.h"

#include <QApplication>
#include <QClipboard>
#include <QGridLayout>
#include <QLineEdit>
#include <QPainter>
#include <QToolButton>

#include "ui/models/WorkspaceItem.h"
#include "ui/theme/Icons.h"
#include "ui/views/Glyph.h"
#include "ui/views/Label.h"
#include "ui/views/ProgressLine.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kRowGap = 16;
constexpr int kColumnGap = 12;
constexpr int kProgressWidth = 240;

// A box in the colour of a failure: what can be done about it, a command to copy, and another try.
class FixBox final : public QFrame {
 public:
  explicit FixBox(QWidget* parent) : QFrame(parent), m_text(new Label(this)), m_commandLine(new QWidget(this)) {
    auto* column = new QVBoxLayout(this);
    const int inset = Metrics::px(kColumnGap);
    column->setContentsMargins(inset, inset, inset, inset);
    column->setSpacing(Metrics::px(Metrics::kGap));
    m_text->setWordWrap(true);
    column->addWidget(m_text);
    m_command = new QLineEdit(m_commandLine);
    m_command->setReadOnly(true);
    m_command->setFont(Metrics::fixedFont());
    m_command->setAccessibleName(ChecklistView::tr("Command"));
    auto* copy = new QToolButton(m_commandLine);
    copy->setAutoRaise(true);
    copy->setIcon(Icons::themed(QStringLiteral("edit-copy")));
    copy->setToolTip(ChecklistView::tr("Copy the command"));
    copy->setAccessibleName(copy->toolTip());
    connect(copy, &QToolButton::clicked, this, [this] { QApplication::clipboard()->setText(m_command->text()); });
    auto* line = new QHBoxLayout(m_commandLine);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(m_command, 1);
    line->addWidget(copy);
    column->addWidget(m_commandLine);
  }

  void set(const Step& step) {
    m_text->setText(step.fix);
    if (m_command->text() != step.fixCommand) m_command->setText(step.fixCommand);
    m_command->setCursorPosition(0);
    m_commandLine->setVisible(!step.fixCommand.isEmpty());
    setVisible(step.state == StepState::Failed && !step.fix.isEmpty());
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    const Colors colors = Colors::from(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(colors.role(Role::Failed));
    painter.setBrush(colors.bannerGround(Role::Failed));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
  }

 private:
  Label* m_text;
  QWidget* m_commandLine;
  QLineEdit* m_command;
};

Role roleOf(StepState state) {
  switch (state) {
    case StepState::Waiting: return Role::Queued;
    case StepState::Running: return Role::Starting;
    case StepState::Done: return Role::Running;
    case StepState::Failed: return Role::Failed;
  }
  return Role::Queued;
}

QString wordOf(StepState state) {
  switch (state) {
    case StepState::Waiting: return ChecklistView::tr("waiting");
    case StepState::Running: return ChecklistView::tr("checking");
    case StepState::Done: return ChecklistView::tr("passed");
    case StepState::Failed: return ChecklistView::tr("failed");
  }
  return {};
}

}  // namespace

class ChecklistRow final : public QWidget {
 public:
  explicit ChecklistRow(QWidget* parent)
      : QWidget(parent),
        m_glyph(new Glyph(this)),
        m_title(new Label(this)),
        m_end(new Label(this, Metrics::smallFont(), Label::Ink::Secondary)),
        m_detail(new Label(this, Metrics::smallFont(), Label::Ink::Secondary)),
        m_progress(new ProgressLine(this)),
        m_fix(new FixBox(this)) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(Metrics::px(kColumnGap));
    grid->setVerticalSpacing(0);
    grid->setColumnStretch(1, 1);
    m_detail->setWordWrap(true);
    m_progress->setUnknown();
    m_progress->setFixedWidth(Metrics::px(kProgressWidth));
    grid->addWidget(m_glyph, 0, 0, Qt::AlignVCenter);
    grid->addWidget(m_title, 0, 1);
    grid->addWidget(m_end, 0, 2, Qt::AlignRight | Qt::AlignVCenter);
    grid->addWidget(m_detail, 1, 1, 1, 2);
    grid->addWidget(m_progress, 2, 1);
    auto* fixPlace = new QVBoxLayout;  // takes no room while the box is hidden
    fixPlace->setContentsMargins(0, Metrics::px(Metrics::kGap), 0, 0);
    fixPlace->addWidget(m_fix);
    grid->addLayout(fixPlace, 3, 1, 1, 2);
    grid->setRowMinimumHeight(0, Metrics::px(20));
  }

  void set(const Step& step, ChecklistView::End end) {
    const bool isCheck = end == ChecklistView::End::StateWord;
    const bool isRunning = step.state == StepState::Running;
    const bool isWaiting = step.state == StepState::Waiting;
    if (step.state == StepState::Done)
      m_glyph->setDone();
    else
      m_glyph->setRole(roleOf(step.state));
    m_title->setFont(isCheck || isRunning ? Metrics::strongFont() : Metrics::bodyFont());
    m_title->setText(step.title);
    m_title->setInk(isWaiting && !isCheck ? Label::Ink::Secondary : Label::Ink::Text);
    m_detail->setText(step.detail);
    m_detail->setVisible(!step.detail.isEmpty());
    if (isCheck) {
      m_end->setText(wordOf(step.state));
      m_end->setInk(roleOf(step.state));
    } else {
      m_end->setInk(Label::Ink::Secondary);
      m_end->setText(step.seconds >= 0 ? durationText(step.seconds) : QString());
    }
    m_progress->setVisible(isRunning && !isCheck && step.seconds >= 1);
    m_fix->set(step);
    setAccessibleName(QStringLiteral("%1, %2, %3").arg(step.title, wordOf(step.state), step.detail));
  }

 private:
  Glyph* m_glyph;
  Label* m_title;
  Label* m_end;
  Label* m_detail;
  ProgressLine* m_progress;
  FixBox* m_fix;
};

ChecklistView::ChecklistView(QWidget* parent) : QScrollArea(parent) {
  setFrameShape(QFrame::NoFrame);
  setWidgetResizable(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setFocusPolicy(Qt::NoFocus);
  auto* content = new QWidget(this);
  viewport()->setBackgroundRole(QPalette::Base);
  content->setBackgroundRole(QPalette::Base);
  content->setAutoFillBackground(true);
  m_column = new QVBoxLayout(content);
  m_column->setContentsMargins(0, 0, 0, 0);
  m_column->setSpacing(Metrics::px(kRowGap));
  m_column->addStretch(1);
  setWidget(content);
}

void ChecklistView::setChecklist(Checklist* list, End end) {
  if (m_list != nullptr) disconnect(m_list, nullptr, this, nullptr);
  m_list = list;
  m_end = end;
  connect(m_list, &Checklist::changed, this, &ChecklistView::update);
  update();
}

void ChecklistView::update() {
  const QList<Step>& steps = m_list->steps();
  while (m_rows.size() > steps.size()) delete m_rows.takeLast();
  while (m_rows.size() < steps.size()) {
    m_rows.append(new ChecklistRow(widget()));
    m_column->insertWidget(static_cast<int>(m_rows.size()) - 1, m_rows.last());
  }
  for (qsizetype i = 0; i < steps.size(); ++i) m_rows[i]->set(steps[i], m_end);
}

}  // namespace berth::ui

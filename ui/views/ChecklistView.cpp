#include "ui/views/ChecklistView.h"

#include <QApplication>
#include <QClipboard>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QToolButton>

#include "ui/models/WorkspaceItem.h"
#include "ui/theme/Icons.h"
#include "ui/theme/Metrics.h"
#include "ui/theme/StateGlyph.h"

namespace berth::ui {

namespace {

constexpr int kGlyph = 16;
constexpr int kRowGap = 12;

// A box in the colour of a failure around what can be done about it.
class FixBox final : public QFrame {
 public:
  using QFrame::QFrame;

 protected:
  void paintEvent(QPaintEvent*) override {
    const Colors colors = Colors::from(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(colors.role(Role::Failed));
    painter.setBrush(colors.bannerGround(Role::Failed));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
  }
};

QIcon glyphOf(StepState state, const QPalette& palette) {
  switch (state) {
    case StepState::Waiting: return StateGlyph::icon(Role::Queued, palette);
    case StepState::Running: return StateGlyph::icon(Role::Starting, palette);
    case StepState::Done:
      return Icons::tinted(QStringLiteral("berth-state-done-symbolic"), Colors::from(palette).role(Role::Running));
    case StepState::Failed: return StateGlyph::icon(Role::Failed, palette);
  }
  return {};
}

QLabel* makeLabel(const QString& text, const QFont& font, const QColor& color, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setFont(font);
  label->setWordWrap(true);
  label->setTextFormat(Qt::PlainText);
  QPalette own = label->palette();
  own.setColor(QPalette::WindowText, color);
  label->setPalette(own);
  return label;
}

}  // namespace

ChecklistView::ChecklistView(QWidget* parent) : QScrollArea(parent) {
  setFrameShape(QFrame::NoFrame);
  setWidgetResizable(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* content = new QWidget(this);
  content->setBackgroundRole(QPalette::Base);
  content->setAutoFillBackground(true);
  m_rows = new QVBoxLayout(content);
  m_rows->setContentsMargins(0, 0, 0, 0);
  m_rows->setSpacing(Metrics::px(kRowGap));
  setWidget(content);
}

void ChecklistView::setChecklist(Checklist* list) {
  if (m_list != nullptr) disconnect(m_list, nullptr, this, nullptr);
  m_list = list;
  connect(m_list, &Checklist::changed, this, &ChecklistView::rebuild);
  rebuild();
}

void ChecklistView::rebuild() {
  while (QLayoutItem* item = m_rows->takeAt(0)) {
    if (item->widget() != nullptr) item->widget()->deleteLater();
    delete item;
  }
  for (const Step& step : m_list->steps()) m_rows->addWidget(makeRow(step));
  m_rows->addStretch(1);
}

QWidget* ChecklistView::makeRow(const Step& step) {
  const Colors colors = Colors::from(palette());
  const QColor text = palette().color(QPalette::Text);
  auto* row = new QWidget(widget());
  auto* grid = new QGridLayout(row);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(Metrics::px(kRowGap));
  grid->setVerticalSpacing(0);
  grid->setColumnStretch(1, 1);
  auto* glyph = new QLabel(row);
  const int size = Metrics::px(kGlyph);
  glyph->setPixmap(glyphOf(step.state, palette()).pixmap(QSize(size, size), devicePixelRatioF()));
  const bool isWaiting = step.state == StepState::Waiting;
  const QFont titleFont = step.state == StepState::Running ? Metrics::strongFont() : Metrics::bodyFont();
  grid->addWidget(glyph, 0, 0, Qt::AlignTop);
  grid->addWidget(makeLabel(step.title, titleFont, isWaiting ? colors.secondaryText : text, row), 0, 1);
  if (step.seconds >= 0)
    grid->addWidget(makeLabel(durationText(step.seconds), Metrics::smallFont(), colors.secondaryText, row), 0, 2,
                    Qt::AlignRight);
  if (!step.detail.isEmpty())
    grid->addWidget(makeLabel(step.detail, Metrics::smallFont(), colors.secondaryText, row), 1, 1, 1, 2);
  if (step.state == StepState::Failed && !step.fix.isEmpty()) grid->addWidget(makeFix(step), 2, 1, 1, 2);
  row->setAccessibleName(step.title + QLatin1String(": ") + step.detail);
  return row;
}

QWidget* ChecklistView::makeFix(const Step& step) {
  auto* box = new FixBox(this);
  auto* column = new QVBoxLayout(box);
  const int inset = Metrics::px(kRowGap);
  column->setContentsMargins(inset, inset, inset, inset);
  column->addWidget(makeLabel(step.fix, Metrics::bodyFont(), palette().color(QPalette::Text), box));
  if (step.fixCommand.isEmpty()) return box;
  auto* line = new QHBoxLayout;
  auto* command = new QLineEdit(step.fixCommand, box);
  command->setReadOnly(true);
  command->setFont(Metrics::fixedFont());
  command->setAccessibleName(tr("Command"));
  auto* copy = new QToolButton(box);
  copy->setAutoRaise(true);
  copy->setIcon(Icons::tinted(QStringLiteral("edit-copy"), palette().color(QPalette::Text)));
  copy->setToolTip(tr("Copy the command"));
  copy->setAccessibleName(copy->toolTip());
  connect(copy, &QToolButton::clicked, copy, [text = step.fixCommand] { QApplication::clipboard()->setText(text); });
  line->addWidget(command, 1);
  line->addWidget(copy);
  column->addLayout(line);
  return box;
}

}  // namespace berth::ui

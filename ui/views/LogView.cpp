#include "ui/views/LogView.h"

#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>

#include "ui/theme/Metrics.h"
#include "ui/theme/RowPainter.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kLineHeight = 20;
constexpr int kHeadHeight = 24;
constexpr int kLeft = 32;
constexpr int kTimeWidth = 80;
constexpr int kLevelWidth = 48;

class LineDelegate final : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const override {
    const bool isHead = index.data(BuildLogModel::IsHeadRole).toBool();
    const QFontMetrics metrics(Metrics::fixedFont());
    const int width = Metrics::px(kLeft + kTimeWidth + kLevelWidth) +
                      metrics.horizontalAdvance(index.data().toString()) + Metrics::px(Metrics::kTextInset);
    return {width, std::max(Metrics::px(isHead ? kHeadHeight : kLineHeight), metrics.height())};
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    painter->save();
    if (index.data(BuildLogModel::IsHeadRole).toBool())
      paintHead(*painter, option, index);
    else
      paintLine(*painter, option, index);
    painter->restore();
  }

 private:
  static void paintHead(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) {
    const Colors colors = Colors::from(option.palette);
    painter.fillRect(option.rect, option.palette.color(QPalette::AlternateBase));
    painter.setPen(QPen(colors.line, 0));
    painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    QRect rect = option.rect.adjusted(Metrics::px(kLeft), 0, 0, 0);
    painter.setFont(Metrics::strongFont());
    painter.setPen(option.palette.color(QPalette::Text));
    painter.drawText(rect, static_cast<int>(Qt::AlignVCenter), index.data().toString());
    rect.setLeft(rect.left() + QFontMetrics(Metrics::strongFont()).horizontalAdvance(index.data().toString()) +
                 Metrics::px(Metrics::kGap));
    painter.setFont(Metrics::smallFont());
    painter.setPen(colors.secondaryText);
    painter.drawText(rect, static_cast<int>(Qt::AlignVCenter), index.data(BuildLogModel::DurationRole).toString());
  }

  static void paintLine(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) {
    const Colors colors = Colors::from(option.palette);
    const auto level = static_cast<LogLevel>(index.data(BuildLogModel::LevelRole).toInt());
    const bool isWarning = level == LogLevel::Warn;
    const bool isError = level == LogLevel::Error;
    const Role role = isError ? Role::Failed : Role::Attention;
    if (isWarning || isError) painter.fillRect(option.rect, colors.bannerGround(role));
    if (option.state.testFlag(QStyle::State_Selected)) RowPainter::background(painter, option);
    painter.setFont(Metrics::fixedFont());
    QRect rect = option.rect.adjusted(Metrics::px(kLeft), 0, 0, 0);
    const auto alignment = static_cast<int>(Qt::AlignVCenter | Qt::TextSingleLine);
    painter.setPen(colors.secondaryText);
    painter.drawText(rect, alignment, index.data(BuildLogModel::TimeRole).toString());
    rect.setLeft(rect.left() + Metrics::px(kTimeWidth));
    if (isWarning || isError) painter.setPen(colors.role(role));
    painter.drawText(rect, alignment, index.data(BuildLogModel::LevelWordRole).toString());
    rect.setLeft(rect.left() + Metrics::px(kLevelWidth));
    painter.setPen(option.palette.color(QPalette::Text));
    painter.drawText(rect, alignment, index.data().toString());
  }
};

}  // namespace

LogView::LogView(BuildLogModel& model, QWidget* parent) : QListView(parent), m_model(model) {
  setModel(&m_model);
  setItemDelegate(new LineDelegate(this));
  setFrameShape(QFrame::NoFrame);
  setSelectionMode(QAbstractItemView::ExtendedSelection);
  setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  setAccessibleName(tr("Build log"));
  connect(&m_model, &QAbstractItemModel::rowsAboutToBeInserted, this, [this] { m_isInserting = true; });
  connect(
      &m_model, &QAbstractItemModel::rowsInserted, this,
      [this] {
        m_isInserting = false;
        if (m_isFollowing) scrollToBottom();
      },
      Qt::QueuedConnection);
  connect(&m_model, &QAbstractItemModel::modelReset, this, &LogView::goToEnd);
  connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &LogView::updateFollowing);
}

void LogView::updateFollowing() {
  if (m_isInserting) return;
  const QScrollBar* bar = verticalScrollBar();
  const bool atEnd = bar->value() >= bar->maximum() - Metrics::px(kLineHeight);
  if (atEnd == m_isFollowing) return;
  m_isFollowing = atEnd;
  Q_EMIT followingChanged(m_isFollowing);
}

void LogView::goToRow(int row) {
  const QModelIndex index = m_model.index(row);
  setCurrentIndex(index);
  scrollTo(index, QAbstractItemView::PositionAtCenter);
}

void LogView::goToEnd() {
  m_isFollowing = true;
  scrollToBottom();
  Q_EMIT followingChanged(true);
}

void LogView::find(const QString& text, bool backward) {
  const int count = m_model.rowCount();
  if (text.isEmpty() || count == 0) return;
  const int step = backward ? count - 1 : 1;
  int row = currentIndex().isValid() ? currentIndex().row() : (backward ? 0 : count - 1);
  for (int i = 0; i < count; ++i) {
    row = (row + step) % count;
    if (m_model.index(row).data().toString().contains(text, Qt::CaseInsensitive)) {
      goToRow(row);
      return;
    }
  }
}

void LogView::keyPressEvent(QKeyEvent* event) {
  if (event->matches(QKeySequence::Copy)) {
    QModelIndexList rows = selectedIndexes();
    std::ranges::sort(rows);
    QStringList lines;
    for (const QModelIndex& index : std::as_const(rows)) lines.append(index.data().toString());
    QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
    return;
  }
  QListView::keyPressEvent(event);
}

}  // namespace berth::ui

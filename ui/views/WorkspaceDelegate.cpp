#include "ui/views/WorkspaceDelegate.h"

#include <QApplication>
#include <QMouseEvent>

#include "ui/models/WorkspaceModel.h"
#include "ui/theme/Metrics.h"
#include "ui/theme/RowPainter.h"
#include "ui/theme/StateGlyph.h"

namespace berth::ui {

namespace {

// Design pixels (ui/theme/Metrics.h).
constexpr int kRowHeight = 48;
constexpr int kGroupHeight = 36;
constexpr int kGlyphSize = 16;
constexpr int kGlyphLeft = 12;
constexpr int kTextLeft = 36;
constexpr int kActionHeight = 32;
constexpr int kActionPadding = 16;

constexpr int kArcFrameMs = 83;  // 12 frames a second
constexpr double kArcStep = kArcFrameMs / 1200.0;

WorkspaceItem itemOf(const QModelIndex& index) { return index.data(WorkspaceModel::ItemRole).value<WorkspaceItem>(); }

void drawText(QPainter& painter, const QRect& rect, const QString& text, const QFont& font, const QColor& color,
              Qt::Alignment alignment = Qt::AlignLeft | Qt::AlignVCenter) {
  painter.setFont(font);
  painter.setPen(color);
  const QString shown = QFontMetrics(font).elidedText(text, Qt::ElideRight, rect.width());
  painter.drawText(rect, static_cast<int>(alignment | Qt::TextSingleLine), shown);
}

}  // namespace

WorkspaceDelegate::Action WorkspaceDelegate::mainAction(const WorkspaceItem& item) {
  if (item.isChanging()) return item.role == Role::Stopping ? Action::None : Action::Cancel;
  if (item.status == WorkspaceStatus::Failed) return Action::ShowLog;
  if (item.isRunning()) return Action::Open;
  return item.canStart() ? Action::Start : Action::None;
}

QString WorkspaceDelegate::actionText(Action action) {
  switch (action) {
    case Action::Open: return tr("Open in VS Code");
    case Action::Start: return tr("Start");
    case Action::ShowLog: return tr("Show log");
    case Action::Cancel: return tr("Cancel");
    case Action::None: break;
  }
  return {};
}

WorkspaceDelegate::WorkspaceDelegate(QObject* parent) : QStyledItemDelegate(parent) {
  m_arcTimer.setInterval(kArcFrameMs);
  connect(&m_arcTimer, &QTimer::timeout, this, [this] {
    m_phase += kArcStep;
    if (m_phase >= 1) m_phase -= 1;
    Q_EMIT arcTurned();
  });
}

void WorkspaceDelegate::setAnimated(bool animated) {
  const bool mayMove = QApplication::style()->styleHint(QStyle::SH_Widget_Animation_Duration) > 0;
  if (animated && mayMove)
    m_arcTimer.start();
  else
    m_arcTimer.stop();
}

QSize WorkspaceDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const {
  const bool isGroup = index.data(WorkspaceModel::IsGroupRole).toBool();
  return {0, Metrics::px(isGroup ? kGroupHeight : kRowHeight)};
}

void WorkspaceDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  if (index.data(WorkspaceModel::IsGroupRole).toBool()) {
    if (index.column() == WorkspaceModel::NameColumn) paintGroup(*painter, option, index);
    return;
  }
  const Colors colors = Colors::from(option.palette);
  const WorkspaceItem item = itemOf(index);
  const QColor text = option.palette.color(QPalette::Text);
  painter->save();
  switch (index.column()) {
    case WorkspaceModel::NameColumn: {
      QRect glyph(option.rect.left() + Metrics::px(kGlyphLeft), 0, Metrics::px(kGlyphSize), Metrics::px(kGlyphSize));
      glyph.moveTop(option.rect.center().y() - glyph.height() / 2);
      StateGlyph::paint(*painter, QStyle::visualRect(option.direction, option.rect, glyph), item.role,
                        colors.role(item.role), m_phase);
      const QRect rect = option.rect.adjusted(Metrics::px(kTextLeft), 0, -Metrics::px(Metrics::kGap), 0);
      paintTwoLines(*painter, option, rect, item.name, Metrics::strongFont(), text, item.templateName);
      break;
    }
    case WorkspaceModel::StatusColumn: {
      const QRect rect = option.rect.adjusted(0, 0, -Metrics::px(Metrics::kGap), 0);
      paintTwoLines(*painter, option, rect, item.statusWord, Metrics::bodyFont(), colors.role(item.role),
                    item.statusDetail);
      break;
    }
    case WorkspaceModel::LastUsedColumn:
      drawText(*painter, option.rect, index.data().toString(), Metrics::bodyFont(), text);
      break;
    case WorkspaceModel::ActionColumn: paintAction(*painter, option, item); break;
    default: break;
  }
  painter->restore();
}

void WorkspaceDelegate::paintGroup(QPainter& painter, const QStyleOptionViewItem& option,
                                   const QModelIndex& index) const {
  const Colors colors = Colors::from(option.palette);
  painter.save();
  painter.fillRect(option.rect, option.palette.color(QPalette::AlternateBase));
  const QString name = index.data().toString();
  QRect rect = option.rect.adjusted(Metrics::px(kTextLeft), 0, -Metrics::px(Metrics::kListInset), 0);
  drawText(painter, rect, name, Metrics::strongFont(), option.palette.color(QPalette::Text));
  rect.setLeft(rect.left() + QFontMetrics(Metrics::strongFont()).horizontalAdvance(name) + Metrics::px(8));
  drawText(painter, rect, index.data(WorkspaceModel::SecondLineRole).toString(), Metrics::smallFont(),
           colors.secondaryText);
  painter.restore();
}

void WorkspaceDelegate::paintTwoLines(QPainter& painter, const QStyleOptionViewItem& option, const QRect& rect,
                                      const QString& first, const QFont& firstFont, const QColor& firstColor,
                                      const QString& second) const {
  const int firstHeight = QFontMetrics(firstFont).height();
  const int secondHeight = second.isEmpty() ? 0 : QFontMetrics(Metrics::smallFont()).height();
  const int top = rect.center().y() - (firstHeight + secondHeight) / 2 + 1;
  drawText(painter, QRect(rect.left(), top, rect.width(), firstHeight), first, firstFont, firstColor);
  if (second.isEmpty()) return;
  drawText(painter, QRect(rect.left(), top + firstHeight, rect.width(), secondHeight), second, Metrics::smallFont(),
           Colors::from(option.palette).secondaryText);
}

QRect WorkspaceDelegate::actionRect(const QStyleOptionViewItem& option) const {
  QRect rect = option.rect.adjusted(0, 0, -Metrics::px(Metrics::kListInset), 0);
  rect.setHeight(Metrics::px(kActionHeight));
  rect.moveTop(option.rect.center().y() - rect.height() / 2);
  return rect;
}

void WorkspaceDelegate::paintAction(QPainter& painter, const QStyleOptionViewItem& option,
                                    const WorkspaceItem& item) const {
  const Action action = mainAction(item);
  if (action == Action::None) return;
  const bool isSelected = option.state.testFlag(QStyle::State_Selected);
  const QString text = action == Action::Open && !isSelected ? tr("Open") : actionText(action);
  QRect rect = actionRect(option);
  if (!isSelected) {
    drawText(painter, rect.adjusted(0, 0, -Metrics::px(8), 0), text, Metrics::bodyFont(),
             option.palette.color(QPalette::Text), Qt::AlignRight | Qt::AlignVCenter);
    return;
  }
  const Colors colors = Colors::from(option.palette);
  QFont font = Metrics::strongFont();
  rect.setLeft(rect.right() - QFontMetrics(font).horizontalAdvance(text) - 2 * Metrics::px(kActionPadding));
  rect = QStyle::visualRect(option.direction, option.rect, rect);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(colors.primary);
  painter.drawRoundedRect(rect, Metrics::px(3), Metrics::px(3));
  drawText(painter, rect, text, font, colors.primaryText, Qt::AlignCenter);
}

bool WorkspaceDelegate::editorEvent(QEvent* event, QAbstractItemModel*, const QStyleOptionViewItem& option,
                                    const QModelIndex& index) {
  if (event->type() != QEvent::MouseButtonRelease || index.column() != WorkspaceModel::ActionColumn) return false;
  const auto* mouse = static_cast<QMouseEvent*>(event);
  if (mouse->button() != Qt::LeftButton || !actionRect(option).contains(mouse->position().toPoint())) return false;
  if (mainAction(itemOf(index)) == Action::None) return false;
  Q_EMIT actionTriggered(index);
  return true;
}

}  // namespace berth::ui

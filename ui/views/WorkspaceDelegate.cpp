#include "ui/views/WorkspaceDelegate.h"

#include <QApplication>
#include <QMouseEvent>

#include "ui/models/WorkspaceModel.h"
#include "ui/theme/Colors.h"
#include "ui/theme/Icons.h"
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
constexpr int kActionPadding = 12;
constexpr int kArrowWidth = 24;
constexpr int kWordRight = 20;  // words end where the button's text would

constexpr int kArcFrameMs = 83;  // 12 frames a second
constexpr double kArcStep = kArcFrameMs / 1200.0;

WorkspaceItem itemOf(const QModelIndex& index) { return index.data(WorkspaceModel::ItemRole).value<WorkspaceItem>(); }

void drawText(QPainter& painter, const QStyleOptionViewItem& option, const QRect& rect, const QString& text,
              const QFont& font, const QColor& color, Qt::Alignment alignment = Qt::AlignLeft | Qt::AlignVCenter) {
  painter.setFont(font);
  painter.setPen(color);
  const QRect place = QStyle::visualRect(option.direction, option.rect, rect);
  const QString shown = QFontMetrics(font).elidedText(text, Qt::ElideRight, rect.width());
  const Qt::Alignment visual = QStyle::visualAlignment(option.direction, alignment);
  painter.drawText(place, static_cast<int>(visual | Qt::TextSingleLine), shown);
}

void drawTwoLines(QPainter& painter, const QStyleOptionViewItem& option, const QRect& rect, const QString& first,
                  const QFont& firstFont, const QColor& firstColor, const QString& second) {
  const int firstHeight = QFontMetrics(firstFont).height();
  const int secondHeight = second.isEmpty() ? 0 : QFontMetrics(Metrics::smallFont()).height();
  const int top = rect.center().y() - (firstHeight + secondHeight) / 2 + 1;
  drawText(painter, option, QRect(rect.left(), top, rect.width(), firstHeight), first, firstFont, firstColor);
  if (second.isEmpty()) return;
  drawText(painter, option, QRect(rect.left(), top + firstHeight, rect.width(), secondHeight), second,
           Metrics::smallFont(), Colors::from(option.palette).secondaryText);
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
  painter->save();
  if (!index.data(WorkspaceModel::IsGroupRole).toBool())
    paintCell(*painter, option, index);
  else if (index.column() == WorkspaceModel::NameColumn)
    paintGroup(*painter, option, index);
  painter->restore();
}

void WorkspaceDelegate::paintCell(QPainter& painter, const QStyleOptionViewItem& option,
                                  const QModelIndex& index) const {
  const Colors colors = Colors::from(option.palette);
  const bool isStale = index.data(WorkspaceModel::StaleRole).toBool();
  const auto role = static_cast<Role>(index.data(WorkspaceModel::StateRole).toInt());
  const QColor text = isStale ? colors.secondaryText : option.palette.color(QPalette::Active, QPalette::Text);
  const QColor stateColor = isStale ? colors.secondaryText : colors.role(role);
  const QString first = index.data().toString();
  const QString second = index.data(WorkspaceModel::SecondLineRole).toString();
  const int gap = Metrics::px(Metrics::kGap);
  switch (index.column()) {
    case WorkspaceModel::NameColumn: {
      const QRect glyph = RowPainter::square(option, Metrics::px(kGlyphLeft), Metrics::px(kGlyphSize));
      StateGlyph::paint(painter, glyph, role, stateColor, m_phase);
      const QRect rect = option.rect.adjusted(Metrics::px(kTextLeft), 0, -gap, 0);
      return drawTwoLines(painter, option, rect, first, Metrics::strongFont(), text, second);
    }
    case WorkspaceModel::StatusColumn:
      return drawTwoLines(painter, option, option.rect.adjusted(0, 0, -gap, 0), first, Metrics::bodyFont(), stateColor,
                          second);
    case WorkspaceModel::LastUsedColumn:
      return drawText(painter, option, option.rect.adjusted(0, 0, -gap, 0), first, Metrics::bodyFont(), text);
    case WorkspaceModel::ActionColumn: {
      const Action action = mainAction(itemOf(index));
      if (action == Action::None) return;
      const bool isButton = option.state.testFlag(QStyle::State_Selected) && !isStale;
      if (isButton) return paintButton(painter, option, actionText(action));
      const QString word = action == Action::Open ? tr("Open") : actionText(action);
      const QColor ink = isStale ? option.palette.color(QPalette::Disabled, QPalette::Text) : text;
      return drawText(painter, option, option.rect.adjusted(0, 0, -Metrics::px(kWordRight), 0), word,
                      Metrics::bodyFont(), ink, Qt::AlignRight | Qt::AlignVCenter);
    }
    default: return;
  }
}

void WorkspaceDelegate::paintGroup(QPainter& painter, const QStyleOptionViewItem& option,
                                   const QModelIndex& index) const {
  const Colors colors = Colors::from(option.palette);
  const QColor text = option.palette.color(QPalette::Active, QPalette::Text);
  painter.fillRect(option.rect, option.palette.color(QPalette::AlternateBase));
  painter.setPen(QPen(colors.line, 0));
  painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
  const QRect icon = RowPainter::square(option, Metrics::px(kGlyphLeft), Metrics::px(kGlyphSize));
  const bool isLocal = index.data(WorkspaceModel::LocalRole).toBool();
  Icons::tinted(isLocal ? QStringLiteral("computer") : QStringLiteral("berth-server-symbolic"), text)
      .paint(&painter, icon);

  const QString count = index.data(WorkspaceModel::CountTextRole).toString();
  const int countWidth = QFontMetrics(Metrics::smallFont()).horizontalAdvance(count);
  QRect rect = option.rect.adjusted(Metrics::px(kTextLeft), 0, -Metrics::px(Metrics::kListInset), 0);
  drawText(painter, option, rect, count, Metrics::smallFont(), colors.secondaryText, Qt::AlignRight | Qt::AlignVCenter);
  rect.setRight(rect.right() - countWidth - Metrics::px(Metrics::kGap));
  const QString name = index.data().toString();
  drawText(painter, option, rect, name, Metrics::strongFont(), text);
  rect.setLeft(rect.left() + QFontMetrics(Metrics::strongFont()).horizontalAdvance(name) + Metrics::px(8));
  drawText(painter, option, rect, index.data(WorkspaceModel::SecondLineRole).toString(), Metrics::smallFont(),
           colors.secondaryText);
}

QRect WorkspaceDelegate::buttonRect(const QStyleOptionViewItem& option, const QString& text) {
  const int height = Metrics::px(kActionHeight);
  const int width = QFontMetrics(Metrics::strongFont()).horizontalAdvance(text) + 2 * Metrics::px(kActionPadding) +
                    Metrics::px(kArrowWidth);
  const QRect rect(option.rect.right() - Metrics::px(Metrics::kListInset) - width,
                   option.rect.center().y() - height / 2, width, height);
  return QStyle::visualRect(option.direction, option.rect, rect);
}

QRect WorkspaceDelegate::arrowRect(const QStyleOptionViewItem& option, const QRect& button) {
  QRect arrow = button;
  arrow.setLeft(button.right() - Metrics::px(kArrowWidth));
  return QStyle::visualRect(option.direction, button, arrow);
}

void WorkspaceDelegate::paintButton(QPainter& painter, const QStyleOptionViewItem& option, const QString& text) const {
  const Colors colors = Colors::from(option.palette);
  const QRect button = buttonRect(option, text);
  const QRect arrow = arrowRect(option, button);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(colors.primary);
  painter.drawRoundedRect(button, Metrics::px(3), Metrics::px(3));
  QColor divider = colors.primaryText;
  divider.setAlphaF(0.5F);
  painter.setPen(QPen(divider, 1));
  const int x = option.direction == Qt::RightToLeft ? arrow.right() : arrow.left();
  painter.drawLine(QPointF(x + 0.5, arrow.top() + Metrics::px(6)), QPointF(x + 0.5, arrow.bottom() - Metrics::px(6)));
  painter.setPen(Qt::NoPen);
  painter.setBrush(colors.primaryText);
  const QPointF middle = QRectF(arrow).center();
  const double half = Metrics::px(4) * 0.9;
  painter.drawPolygon(QPolygonF(
      {middle + QPointF(-half, -half / 2), middle + QPointF(half, -half / 2), middle + QPointF(0, half / 2 + 1)}));
  QRect label = button;
  if (option.direction == Qt::RightToLeft)
    label.setLeft(arrow.right());
  else
    label.setRight(arrow.left());
  drawText(painter, option, label, text, Metrics::strongFont(), colors.primaryText, Qt::AlignCenter);
}

bool WorkspaceDelegate::editorEvent(QEvent* event, QAbstractItemModel*, const QStyleOptionViewItem& option,
                                    const QModelIndex& index) {
  if (event->type() != QEvent::MouseButtonRelease || index.column() != WorkspaceModel::ActionColumn) return false;
  const auto* mouse = static_cast<QMouseEvent*>(event);
  if (mouse->button() != Qt::LeftButton || index.data(WorkspaceModel::StaleRole).toBool()) return false;
  const Action action = mainAction(itemOf(index));
  const QPoint at = mouse->position().toPoint();
  const QRect button = buttonRect(option, actionText(action));
  if (action == Action::None || !button.contains(at)) return false;
  if (arrowRect(option, button).contains(at))
    Q_EMIT menuRequested(index, button);
  else
    Q_EMIT actionTriggered(index);
  return true;
}

}  // namespace berth::ui

#include "ui/views/Navigation.h"

#include <QApplication>
#include <QEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include "ui/theme/Colors.h"
#include "ui/theme/Icons.h"
#include "ui/theme/Metrics.h"
#include "ui/theme/RowPainter.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kWidth = 208;
constexpr int kMinWidth = 176;
constexpr int kMaxWidth = 320;
constexpr int kRailWidth = 48;
constexpr int kRowHeight = 32;
constexpr int kMargin = 8;
constexpr int kIcon = 16;

enum DataRole { IconNameRole = Qt::UserRole, CountRole };

class NavDelegate final : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
    return {0, Metrics::px(kRowHeight)};
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const Colors colors = Colors::from(option.palette);
    const QColor text = option.palette.color(QPalette::Active, QPalette::Text);
    painter->save();
    QStyleOptionViewItem row = option;
    row.state.setFlag(QStyle::State_Active);  // where one is stays plain while the list has the focus
    RowPainter::background(*painter, row);
    const int inset = Metrics::px(kMargin);
    const int size = Metrics::px(kIcon);
    const QRect inner = option.rect.adjusted(inset, 0, -inset, 0);
    Icons::paintOwn(*painter, RowPainter::square(option, inset, size), index.data(IconNameRole).toString(), text);
    if (inner.width() > 2 * size)
      paintText(*painter, option, inner.adjusted(size + inset, 0, 0, 0), index, colors, text);
    painter->restore();
  }

 private:
  static void paintText(QPainter& painter, const QStyleOptionViewItem& option, QRect rect, const QModelIndex& index,
                        const Colors& colors, const QColor& text) {
    const QString count = index.data(CountRole).toString();
    painter.setFont(Metrics::smallFont());
    painter.setPen(colors.secondaryText);
    const QRect place = QStyle::visualRect(option.direction, option.rect, rect);
    painter.drawText(
        place, static_cast<int>(QStyle::visualAlignment(option.direction, Qt::AlignRight) | Qt::AlignVCenter), count);
    rect.setRight(rect.right() - painter.fontMetrics().horizontalAdvance(count) - Metrics::px(Metrics::kGap));
    painter.setFont(Metrics::bodyFont());
    painter.setPen(text);
    painter.drawText(
        QStyle::visualRect(option.direction, option.rect, rect),
        static_cast<int>(QStyle::visualAlignment(option.direction, Qt::AlignLeft) | Qt::AlignVCenter),
        QFontMetrics(Metrics::bodyFont()).elidedText(index.data().toString(), Qt::ElideRight, rect.width()));
  }
};

}  // namespace

Navigation::Navigation(QWidget* parent) : QListWidget(parent) {
  setFrameShape(QFrame::NoFrame);
  setItemDelegate(new NavDelegate(this));
  setMouseTracking(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setViewportMargins(Metrics::px(kMargin), Metrics::px(kMargin), Metrics::px(kMargin), Metrics::px(kMargin));
  setAccessibleName(tr("Navigation"));
  applyGround();
  setRail(false);
}

QSize Navigation::sizeHint() const {
  return {Metrics::px(m_isRail ? kRailWidth : kWidth), QListWidget::sizeHint().height()};
}

int Navigation::addPage(const QString& icon, const QString& name) {
  auto* item = new QListWidgetItem(name, this);
  item->setData(IconNameRole, icon);
  return row(item);
}

void Navigation::setCount(int row, int count) {
  QListWidgetItem* shown = item(row);
  shown->setData(CountRole, QString::number(count));
  shown->setData(Qt::AccessibleTextRole, tr("%1, %2").arg(shown->text()).arg(count));
}

void Navigation::setRail(bool isRail) {
  m_isRail = isRail;
  setMinimumWidth(Metrics::px(isRail ? kRailWidth : kMinWidth));
  setMaximumWidth(Metrics::px(isRail ? kRailWidth : kMaxWidth));
  for (int i = 0; i < count(); ++i) item(i)->setToolTip(isRail ? item(i)->text() : QString());
}

void Navigation::changeEvent(QEvent* event) {
  QListWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) applyGround();
}

// The window's own ground. A palette is set only where it differs, so the change that this causes ends here.
void Navigation::applyGround() {
  const QColor ground = QApplication::palette().color(QPalette::Window);
  if (palette().color(QPalette::Active, QPalette::Base) == ground) return;
  QPalette own = palette();
  own.setColor(QPalette::Base, ground);
  setPalette(own);
}

}  // namespace berth::ui

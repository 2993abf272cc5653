#include "ui/views/TemplatesPage.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include "ui/theme/Icons.h"
#include "ui/theme/Metrics.h"
#include "ui/theme/RowPainter.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kRowHeight = 48;
constexpr int kIcon = 20;
constexpr int kIconLeft = 16;
constexpr int kTextLeft = 52;
constexpr int kColumnWidth = 112;
constexpr int kBarHeight = 48;

// Name over description; the other columns are one line.
class TemplateDelegate final : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
    return {0, Metrics::px(kRowHeight)};
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    painter->save();
    const Colors colors = Colors::from(option.palette);
    const QColor text = option.palette.color(QPalette::Text);
    if (index.column() != TemplateModel::NameColumn) {
      drawLine(*painter, option.rect, index.data().toString(), Metrics::bodyFont(), text);
    } else {
      const QRect icon = RowPainter::square(option, Metrics::px(kIconLeft), Metrics::px(kIcon));
      Icons::paintOwn(*painter, icon, QStringLiteral("berth-template-symbolic"), text);
      QRect first = option.rect.adjusted(Metrics::px(kTextLeft), 0, -Metrics::px(Metrics::kGap), 0);
      QRect second = first;
      first.setBottom(option.rect.center().y());
      second.setTop(option.rect.center().y() + 1);
      drawLine(*painter, first, index.data().toString(), Metrics::strongFont(), text, Qt::AlignBottom);
      drawLine(*painter, second, index.data(TemplateModel::SecondLineRole).toString(), Metrics::smallFont(),
               colors.secondaryText, Qt::AlignTop);
    }
    painter->restore();
  }

 private:
  static void drawLine(QPainter& painter, const QRect& rect, const QString& text, const QFont& font,
                       const QColor& color, Qt::AlignmentFlag vertical = Qt::AlignVCenter) {
    painter.setFont(font);
    painter.setPen(color);
    painter.drawText(rect, static_cast<int>(Qt::AlignLeft | vertical | Qt::TextSingleLine),
                     QFontMetrics(font).elidedText(text, Qt::ElideRight, rect.width()));
  }
};

}  // namespace

TemplatesPage::TemplatesPage(WorkspacesPresenter& presenter, QWidget* parent)
    : QWidget(parent),
      m_presenter(presenter),
      m_tree(new RowTree(kTextLeft, this)),
      m_empty(new EmptyState(this)),
      m_create(new PrimaryButton(tr("Create workspace"), this)) {
  m_filter.setSourceModel(m_presenter.templates());
  m_filter.setFilterCaseSensitivity(Qt::CaseInsensitive);
  m_tree->setModel(&m_filter);
  m_tree->setItemDelegate(new TemplateDelegate(m_tree));
  m_tree->setUniformRowHeights(true);
  m_tree->setAccessibleName(tr("Templates"));
  QHeaderView* header = m_tree->header();
  header->setSectionResizeMode(TemplateModel::NameColumn, QHeaderView::Stretch);
  for (const int column : {TemplateModel::UsersColumn, TemplateModel::BuildColumn, TemplateModel::UpdatedColumn})
    header->resizeSection(column, Metrics::px(kColumnWidth));

  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  m_faces = new QStackedLayout;
  m_faces->addWidget(m_tree);
  m_faces->addWidget(m_empty);
  column->addLayout(m_faces, 1);
  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(Metrics::px(Metrics::kTextInset), Metrics::px(8), Metrics::px(Metrics::kTextInset),
                          Metrics::px(8));
  bar->addStretch(1);
  bar->addWidget(m_create);
  m_create->setMinimumHeight(Metrics::px(kBarHeight - 16));
  column->addLayout(bar);

  const auto create = [this] {
    if (const TemplateItem* item = selected()) Q_EMIT createRequested(item->deploymentId, item->id);
  };
  connect(m_create, &QPushButton::clicked, this, create);
  connect(m_tree, &QTreeView::doubleClicked, this, create);
  connect(m_tree, &RowTree::mainActionRequested, this, create);
  connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, [this] {
    m_create->setEnabled(selected() != nullptr);
    if (const TemplateItem* item = selected()) m_selectedId = item->id;
  });
  connect(&m_filter, &QAbstractItemModel::modelReset, this, &TemplatesPage::restoreSelection);
  connect(&m_filter, &QAbstractItemModel::rowsInserted, this, &TemplatesPage::updateFace);
  connect(&m_filter, &QAbstractItemModel::rowsRemoved, this, &TemplatesPage::updateFace);
  updateFace();
}

const TemplateItem* TemplatesPage::selected() const {
  return m_presenter.templates()->item(m_filter.mapToSource(m_tree->currentIndex()));
}

void TemplatesPage::setSearch(const QString& text) {
  m_filter.setFilterFixedString(text);
  updateFace();
}

void TemplatesPage::restoreSelection() {
  const QModelIndexList found =
      m_filter.match(m_filter.index(0, 0), TemplateModel::IdRole, m_selectedId, 1, Qt::MatchExactly);
  if (!found.isEmpty()) m_tree->setCurrentIndex(found.first());
  updateFace();
}

void TemplatesPage::updateFace() {
  const bool hasRows = m_filter.rowCount() > 0;
  m_faces->setCurrentIndex(hasRows ? 0 : 1);
  if (hasRows && !m_tree->currentIndex().isValid()) m_tree->setCurrentIndex(m_filter.index(0, 0));
  m_create->setEnabled(selected() != nullptr);
  m_create->setVisible(hasRows);
  if (hasRows) return;
  const QString icon = QStringLiteral("berth-template-symbolic");
  if (m_presenter.templates()->rowCount() > 0)
    m_empty->set({.icon = QStringLiteral("edit-find"),
                  .headline = tr("No match"),
                  .sentence = tr("All templates are hidden by the search.")});
  else
    m_empty->set({.icon = icon,
                  .headline = tr("Your organisation has no templates yet"),
                  .sentence = tr("Add one from a folder with Terraform files: berth templates push")});
}

}  // namespace berth::ui

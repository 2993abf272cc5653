#include "ui/views/WorkspacesPage.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QVBoxLayout>

#include "ui/theme/Metrics.h"
#include "ui/theme/RowPainter.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kFilterBarHeight = 40;
constexpr int kChipHeight = 24;
constexpr int kStatusWidth = 190;
constexpr int kLastUsedWidth = 96;
constexpr int kActionWidth = 172;
constexpr int kNameMinWidth = 140;

const QList<WorkspaceFilter::Kind> kKinds = {WorkspaceFilter::Kind::All, WorkspaceFilter::Kind::Running,
                                             WorkspaceFilter::Kind::Failed, WorkspaceFilter::Kind::Outdated};

}  // namespace

void WorkspaceTree::drawRow(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyleOptionViewItem row = option;
  if (selectionModel()->isRowSelected(index.row(), index.parent())) row.state |= QStyle::State_Selected;
  if (hasFocus()) row.state |= QStyle::State_Active;
  RowPainter::background(*painter, row);
  QStyleOptionViewItem plain = option;
  RowPainter::clearStates(plain);
  if (row.state.testFlag(QStyle::State_Selected)) plain.state |= QStyle::State_Selected;  // the delegate's button
  QTreeView::drawRow(painter, plain, index);
}

WorkspacesPage::WorkspacesPage(WorkspacesPresenter& presenter, QWidget* parent)
    : QWidget(parent),
      m_presenter(presenter),
      m_delegate(new WorkspaceDelegate(this)),
      m_tree(new WorkspaceTree(this)),
      m_empty(new EmptyState(this)),
      m_banner(new Banner(this)) {
  setUpTree();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(makeFilterBar());
  column->addWidget(m_banner);
  m_faces = new QStackedLayout;
  m_faces->addWidget(m_tree);
  m_faces->addWidget(m_empty);
  column->addLayout(m_faces, 1);

  connect(&m_presenter, &WorkspacesPresenter::workspacesChanged, this, &WorkspacesPage::updateFace);
  connect(&m_presenter, &WorkspacesPresenter::deploymentsChanged, this, &WorkspacesPage::updateFace);
  connect(m_banner, &Banner::buttonClicked, this, [this] {
    for (Deployment* each : m_presenter.deployments()) each->refresh();
  });
  connect(m_empty, &EmptyState::buttonClicked, this, [this] {
    if (m_presenter.filter()->isFiltering()) {
      m_chips.first()->click();
      setSearch({});
    } else {
      Q_EMIT newWorkspaceRequested();
    }
  });
  updateFace();
}

QWidget* WorkspacesPage::makeFilterBar() {
  auto* bar = new QWidget(this);
  bar->setFixedHeight(Metrics::px(kFilterBarHeight));
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(Metrics::px(Metrics::kListInset), 0, Metrics::px(Metrics::kListInset), 0);
  row->setSpacing(Metrics::px(Metrics::kGap));
  auto* group = new QButtonGroup(bar);
  for (const auto kind : kKinds) {
    auto* chip = new QToolButton(bar);
    chip->setCheckable(true);
    chip->setChecked(kind == WorkspaceFilter::Kind::All);
    chip->setFixedHeight(Metrics::px(kChipHeight));
    chip->setToolButtonStyle(Qt::ToolButtonTextOnly);
    group->addButton(chip);
    row->addWidget(chip);
    m_chips.append(chip);
    connect(chip, &QToolButton::clicked, this, [this, kind] {
      m_presenter.filter()->setKind(kind);
      updateFace();
    });
  }
  row->addStretch(1);
  return bar;
}

void WorkspacesPage::setUpTree() {
  m_tree->setModel(m_presenter.filter());
  m_tree->setItemDelegate(m_delegate);
  m_tree->setIndentation(0);
  m_tree->setRootIsDecorated(false);
  m_tree->setAllColumnsShowFocus(true);
  m_tree->setMouseTracking(true);
  m_tree->setUniformRowHeights(false);
  m_tree->setSortingEnabled(true);
  m_tree->sortByColumn(WorkspaceModel::NameColumn, Qt::AscendingOrder);
  m_tree->setFrameShape(QFrame::NoFrame);
  m_tree->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
  m_tree->setAccessibleName(tr("Workspaces"));
  QHeaderView* header = m_tree->header();
  header->setStretchLastSection(false);
  header->setSectionResizeMode(QHeaderView::Fixed);
  header->setSectionResizeMode(WorkspaceModel::NameColumn, QHeaderView::Stretch);
  header->setMinimumSectionSize(Metrics::px(kLastUsedWidth));
  header->resizeSection(WorkspaceModel::StatusColumn, Metrics::px(kStatusWidth));
  header->resizeSection(WorkspaceModel::LastUsedColumn, Metrics::px(kLastUsedWidth));
  header->resizeSection(WorkspaceModel::ActionColumn, Metrics::px(kActionWidth));
  header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  m_tree->setMinimumWidth(Metrics::px(kNameMinWidth + kStatusWidth + kActionWidth));
  m_tree->installEventFilter(this);

  connect(m_delegate, &WorkspaceDelegate::arcTurned, m_tree->viewport(), qOverload<>(&QWidget::update));
  connect(m_delegate, &WorkspaceDelegate::actionTriggered, this, &WorkspacesPage::runMainAction);
  connect(m_tree, &QTreeView::doubleClicked, this, &WorkspacesPage::runMainAction);
  connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this,
          [this] { Q_EMIT selectionChanged(selected()); });
  connect(m_tree, &QWidget::customContextMenuRequested, this, [this](const QPoint& position) {
    const WorkspaceKey key = WorkspacesPresenter::keyOf(m_tree->indexAt(position));
    if (!key.workspaceId.isEmpty()) Q_EMIT menuRequested(key, m_tree->viewport()->mapToGlobal(position));
  });
}

bool WorkspacesPage::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_tree && event->type() == QEvent::KeyPress) {
    const auto* key = static_cast<QKeyEvent*>(event);
    if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
      runMainAction(m_tree->currentIndex());
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

void WorkspacesPage::runMainAction(const QModelIndex& index) {
  const WorkspaceKey key = WorkspacesPresenter::keyOf(index);
  const auto item = m_presenter.workspace(key);
  if (!item) return;
  switch (WorkspaceDelegate::mainAction(*item)) {
    case WorkspaceDelegate::Action::Open: Q_EMIT openRequested(key); break;
    case WorkspaceDelegate::Action::Start: m_presenter.start(key); break;
    case WorkspaceDelegate::Action::ShowLog: Q_EMIT logRequested(key); break;
    case WorkspaceDelegate::Action::Cancel: m_presenter.cancel(key); break;
    case WorkspaceDelegate::Action::None: break;
  }
}

WorkspaceKey WorkspacesPage::selected() const { return WorkspacesPresenter::keyOf(m_tree->currentIndex()); }

void WorkspacesPage::select(const WorkspaceKey& key) {
  const QModelIndex index = m_presenter.model()->workspaceIndex(key.deploymentId, key.workspaceId);
  if (index.isValid()) m_tree->setCurrentIndex(m_presenter.filter()->mapFromSource(index));
}

void WorkspacesPage::setSearch(const QString& text) {
  m_presenter.filter()->setText(text);
  updateFace();
}

// With one deployment its head would only repeat what the window says.
void WorkspacesPage::updateRoot() {
  const WorkspaceFilter* filter = m_presenter.filter();
  if (m_presenter.hasSeveralDeployments()) {
    m_tree->setRootIndex({});
    for (int row = 0; row < filter->rowCount(); ++row) m_tree->setFirstColumnSpanned(row, {}, true);
    m_tree->expandAll();
  } else if (filter->rowCount() == 1) {
    m_tree->setRootIndex(filter->index(0, 0));
  }
}

void WorkspacesPage::updateChips() {
  const QStringList words = {tr("All %1"), tr("Running %1"), tr("Failed %1"), tr("Outdated %1")};
  for (int i = 0; i < m_chips.size(); ++i)
    m_chips[i]->setText(words[i].arg(WorkspaceFilter::count(*m_presenter.model(), kKinds[i])));
}

void WorkspacesPage::updateFace() {
  updateChips();
  updateRoot();
  m_delegate->setAnimated(!m_presenter.changing().isEmpty());
  m_banner->hide();
  bool isLoading = false;
  for (const Deployment* each : m_presenter.deployments()) {
    const DeploymentItem* state = m_presenter.model()->deployment(m_presenter.model()->deploymentIndex(each->id()));
    isLoading |= state->state == LoadState::Loading;
    if (state->state == LoadState::Failed)
      m_banner->show(Role::Attention, tr("%1: %2").arg(state->name, state->error), tr("Try now"));
  }
  int shown = 0;
  for (int row = 0; row < m_presenter.filter()->rowCount(); ++row)
    shown += m_presenter.filter()->rowCount(m_presenter.filter()->index(row, 0));
  m_faces->setCurrentIndex(shown > 0 ? 0 : 1);
  if (shown > 0) {
    if (!m_tree->currentIndex().isValid() || selected().workspaceId.isEmpty()) {
      const QModelIndex root = m_tree->rootIndex().isValid() ? m_tree->rootIndex() : m_presenter.filter()->index(0, 0);
      m_tree->setCurrentIndex(m_presenter.filter()->index(0, 0, root));
    }
    return;
  }
  const QString icon = QStringLiteral("berth-workspace-symbolic");
  if (isLoading)
    m_empty->set(icon, tr("Loading workspaces"), tr("Asking the server."));
  else if (m_presenter.model()->workspaceCount() > 0)
    m_empty->set(QStringLiteral("edit-find"), tr("No match"),
                 tr("%n workspace(s) are hidden by the filter.", nullptr, m_presenter.model()->workspaceCount()),
                 tr("Clear filter"));
  else
    m_empty->set(icon, tr("No workspaces yet"),
                 tr("A workspace is a place to develop in: a container or machine made from a template."),
                 tr("New workspace"));
}

}  // namespace berth::ui

#include "ui/views/WorkspacesPage.h"

#include <QApplication>
#include <QButtonGroup>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QVBoxLayout>

#include "ui/theme/Metrics.h"
#include "ui/views/FilterChip.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kFilterBarHeight = 40;
constexpr int kTextLeft = 36;  // as the rows
constexpr int kStatusWidth = 190;
constexpr int kLastUsedWidth = 96;
constexpr int kActionWidth = 172;
constexpr int kNameMinWidth = 140;
constexpr int kLastUsedFrom = 620;

const QList<WorkspaceFilter::Kind> kKinds = {WorkspaceFilter::Kind::All, WorkspaceFilter::Kind::Running,
                                             WorkspaceFilter::Kind::Failed, WorkspaceFilter::Kind::Outdated};

}  // namespace

WorkspacesPage::WorkspacesPage(WorkspacesPresenter& presenter, QWidget* parent)
    : QWidget(parent),
      m_presenter(presenter),
      m_delegate(new WorkspaceDelegate(this)),
      m_tree(new RowTree(kTextLeft, this)),
      m_empty(new EmptyState(this)),
      m_banner(new Banner(this)) {
  setUpTree();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  m_filterBar = makeFilterBar();
  column->addWidget(m_filterBar);
  auto* bannerRow = new QHBoxLayout;
  bannerRow->setContentsMargins(Metrics::px(Metrics::kGap), 0, Metrics::px(Metrics::kGap), Metrics::px(Metrics::kGap));
  bannerRow->addWidget(m_banner);
  column->addLayout(bannerRow);
  m_faces = new QStackedLayout;
  m_faces->addWidget(m_tree);
  m_faces->addWidget(m_empty);
  column->addLayout(m_faces, 1);

  connect(&m_presenter, &WorkspacesPresenter::workspacesChanged, this, &WorkspacesPage::updateFace);
  connect(&m_presenter, &WorkspacesPresenter::deploymentsChanged, this, &WorkspacesPage::updateFace);
  connect(m_banner, &Banner::buttonClicked, this, [this] { runStep(m_bannerStep); });
  connect(m_empty, &EmptyState::primaryClicked, this, [this] { runStep(m_emptyStep); });
  connect(m_empty, &EmptyState::secondaryClicked, this, [this] { QApplication::clipboard()->setText(m_problem); });
  updateFace();
}

QWidget* WorkspacesPage::makeFilterBar() {
  auto* bar = new QWidget(this);
  bar->setFixedHeight(Metrics::px(kFilterBarHeight));
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(Metrics::px(Metrics::kListInset), 0, Metrics::px(Metrics::kListInset), 0);
  row->setSpacing(Metrics::px(Metrics::kGap));
  auto* group = new QButtonGroup(bar);
  const QStringList words = {tr("All"), tr("Running"), tr("Failed"), tr("Outdated")};
  for (int i = 0; i < kKinds.size(); ++i) {
    auto* chip = new FilterChip(words[i], bar);
    group->addButton(chip);
    row->addWidget(chip);
    m_chips.append(chip);
    connect(chip, &FilterChip::clicked, this, [this, kind = kKinds[i]] {
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
  m_tree->setUniformRowHeights(false);
  m_tree->setSortingEnabled(true);
  m_tree->sortByColumn(WorkspaceModel::NameColumn, Qt::AscendingOrder);
  m_tree->setAccessibleName(tr("Workspaces"));
  QHeaderView* header = m_tree->header();
  header->setSectionResizeMode(WorkspaceModel::NameColumn, QHeaderView::Stretch);
  header->setMinimumSectionSize(Metrics::px(kLastUsedWidth));
  header->resizeSection(WorkspaceModel::StatusColumn, Metrics::px(kStatusWidth));
  header->resizeSection(WorkspaceModel::LastUsedColumn, Metrics::px(kLastUsedWidth));
  header->resizeSection(WorkspaceModel::ActionColumn, Metrics::px(kActionWidth));
  m_tree->setMinimumWidth(Metrics::px(kNameMinWidth + kStatusWidth + kActionWidth));

  connect(m_delegate, &WorkspaceDelegate::arcTurned, m_tree->viewport(), qOverload<>(&QWidget::update));
  connect(m_delegate, &WorkspaceDelegate::actionTriggered, this, &WorkspacesPage::runMainAction);
  connect(m_delegate, &WorkspaceDelegate::menuRequested, this, [this](const QModelIndex& index, const QRect& button) {
    Q_EMIT menuRequested(WorkspacesPresenter::keyOf(index), m_tree->viewport()->mapToGlobal(button.bottomLeft()));
  });
  connect(m_tree, &QTreeView::doubleClicked, this, &WorkspacesPage::runMainAction);
  connect(m_tree, &RowTree::mainActionRequested, this, &WorkspacesPage::runMainAction);
  connect(m_tree, &RowTree::menuRequested, this, [this](const QModelIndex& index, const QPoint& position) {
    const WorkspaceKey key = WorkspacesPresenter::keyOf(index);
    if (!key.workspaceId.isEmpty()) Q_EMIT menuRequested(key, position);
  });
  connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this,
          [this] { Q_EMIT selectionChanged(selected()); });
}

void WorkspacesPage::runMainAction(const QModelIndex& index) {
  const WorkspaceKey key = WorkspacesPresenter::keyOf(index);
  const auto item = m_presenter.workspace(key);
  if (!item || index.data(WorkspaceModel::StaleRole).toBool()) return;
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
  for (int i = 0; i < m_chips.size(); ++i) {
    m_chips[i]->setCount(WorkspaceFilter::count(*m_presenter.model(), kKinds[i]));
    m_chips[i]->setChecked(m_presenter.filter()->kind() == kKinds[i]);
  }
  m_filterBar->setVisible(m_presenter.model()->workspaceCount() > 0);
}

int WorkspacesPage::shownCount() const {
  int shown = 0;
  const WorkspaceFilter* filter = m_presenter.filter();
  for (int row = 0; row < filter->rowCount(); ++row) shown += filter->rowCount(filter->index(row, 0));
  return shown;
}

// One sentence about the deployments whose rows are old.
void WorkspacesPage::updateBanner() {
  for (const DeploymentItem& each : m_presenter.deployments()) {
    if (!each.isStale() || m_presenter.model()->workspaceCount() == 0) continue;
    const QString name = m_presenter.hasSeveralDeployments() ? tr("%1: ").arg(each.name) : QString();
    const QString time = QLocale().toString(each.reachedAt.time(), QLocale::ShortFormat);
    if (each.state == LoadState::SignedOut) {
      m_bannerStep = Step::SignIn;
      m_signInId = each.id;
      return m_banner->show(Role::Attention,
                            tr("%1Signed out. The list is from %2; nothing was deleted.").arg(name, time),
                            tr("Sign in"));
    }
    m_bannerStep = Step::Retry;
    m_banner->setToolTip(each.error);
    return m_banner->show(Role::Offline, tr("%1Offline – shown as of %2.").arg(name, time), tr("Try now"));
  }
  m_banner->hide();
}

void WorkspacesPage::showFace(Step step, const EmptyState::Face& face) {
  m_emptyStep = step;
  m_empty->set(face);
}

void WorkspacesPage::runStep(Step step) {
  switch (step) {
    case Step::None: return;
    case Step::NewWorkspace: Q_EMIT newWorkspaceRequested(); return;
    case Step::Retry: m_presenter.retry(); return;
    case Step::SignIn: Q_EMIT signInRequested(m_signInId); return;
    case Step::ClearFilter:
      m_presenter.filter()->setKind(WorkspaceFilter::Kind::All);
      setSearch({});
      Q_EMIT filterCleared();
      return;
  }
}

void WorkspacesPage::updateFace() {
  updateChips();
  updateRoot();
  updateBanner();
  m_delegate->setAnimated(!m_presenter.changing().isEmpty());
  const bool hasRows = shownCount() > 0;
  const bool wasEmpty = m_faces->currentIndex() == 1;
  m_faces->setCurrentIndex(hasRows ? 0 : 1);
  if (hasRows) {
    if (selected().workspaceId.isEmpty()) {
      const WorkspaceFilter* filter = m_presenter.filter();
      for (int row = 0; row < filter->rowCount() && selected().workspaceId.isEmpty(); ++row)
        m_tree->setCurrentIndex(filter->index(0, 0, filter->index(row, 0)));
    }
    // Rows that appear take the keys, unless somebody searches.
    if (wasEmpty && isVisible() && m_presenter.filter()->text().isEmpty()) m_tree->setFocus();
    return;
  }
  const int hidden = m_presenter.model()->workspaceCount();
  const QString icon = QStringLiteral("berth-workspace-symbolic");
  if (hidden > 0) {
    const QString text = m_presenter.filter()->text();
    return showFace(Step::ClearFilter, {.icon = QStringLiteral("edit-find"),
                                        .headline = text.isEmpty() ? tr("No match") : tr("No match for “%1”").arg(text),
                                        .sentence = tr("%n workspace(s) are hidden by the filter.", nullptr, hidden),
                                        .primary = tr("Clear filter")});
  }
  for (const DeploymentItem& each : m_presenter.deployments()) {
    if (each.state == LoadState::Loading)
      return showFace(Step::None, {.icon = {}, .headline = each.detail, .sentence = each.name});
    if (each.state == LoadState::SignedOut) {
      m_signInId = each.id;
      return showFace(Step::SignIn,
                      {.icon = each.isLocal ? QStringLiteral("computer") : QStringLiteral("berth-server-symbolic"),
                       .headline = tr("Signed out of %1").arg(each.name),
                       .sentence = each.error,
                       .primary = tr("Sign in")});
    }
    if (each.state == LoadState::Offline) {
      m_problem = each.name + QLatin1String(": ") + each.error;
      return showFace(Step::Retry, {.icon = QStringLiteral("berth-state-failed-symbolic"),
                                    .role = Role::Failed,
                                    .headline = each.isLocal ? tr("The server on this computer does not run")
                                                             : tr("%1 cannot be reached").arg(each.name),
                                    .sentence = each.error,
                                    .primary = tr("Retry"),
                                    .secondary = tr("Copy details")});
    }
  }
  showFace(Step::NewWorkspace,
           {.icon = icon,
            .headline = tr("No workspaces yet"),
            .sentence = tr("A workspace is a place to develop in: a container or machine made from a template."),
            .primary = tr("New workspace")});
}

// Narrow windows drop what matters least.
void WorkspacesPage::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  m_tree->setColumnHidden(WorkspaceModel::LastUsedColumn, width() < Metrics::px(kLastUsedFrom));
}

}  // namespace berth::ui

#include "ui/views/MainWindow.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QMenu>
#include <QMessageBox>
#include <QShortcut>
#include <QStatusBar>
#include <QToolBar>

#include "ui/theme/Icons.h"
#include "ui/theme/Metrics.h"
#include "ui/views/CreateWorkspaceDialog.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr QSize kDefaultSize(1280, 768);
constexpr QSize kMinSize(720, 480);
constexpr int kListWidth = 744;
constexpr int kPaneWidth = 328;
constexpr int kPaneHidesBelow = 1120;
constexpr int kRailBelow = 900;
constexpr int kToolBarHeight = 48;
constexpr int kSearchWidth = 320;
constexpr int kWorkspacesRow = 0;  // of the navigation
constexpr int kTemplatesRow = 1;
constexpr int kIcon = 16;
constexpr int kStatusProgress = 96;
constexpr int kStatusHeight = 28;
constexpr int kStatusGlyph = 14;

QSize px(QSize size) { return {Metrics::px(size.width()), Metrics::px(size.height())}; }

QToolButton* makeToolButton(const QString& icon, const QString& text, QWidget* parent) {
  auto* button = new QToolButton(parent);
  button->setAutoRaise(true);
  button->setIcon(Icons::themed(icon));
  button->setToolTip(text);
  button->setAccessibleName(text);
  return button;
}

}  // namespace

MainWindow::MainWindow(WorkspacesPresenter& presenter, QWidget* parent) : QMainWindow(parent), m_presenter(presenter) {
  setWindowTitle(tr("Workspaces – Berth"));
  setMinimumSize(px(kMinSize));
  resize(px(kDefaultSize));
  makeToolBar();
  makeBody();
  makeStatusBar();
  makeShortcuts();
  connect(&m_presenter, &WorkspacesPresenter::workspacesChanged, this, &MainWindow::updateNavigation);
  connect(m_presenter.templates(), &QAbstractItemModel::modelReset, this, &MainWindow::updateNavigation);
  connect(&m_presenter, &WorkspacesPresenter::workspacesChanged, this, &MainWindow::updatePane);
  connect(&m_presenter, &WorkspacesPresenter::workspacesChanged, this, &MainWindow::updateStatus);
  connect(&m_presenter, &WorkspacesPresenter::deploymentsChanged, this, &MainWindow::updateStatus);
  connect(&m_presenter, &WorkspacesPresenter::failed, this, [this](const QString& what, const QString& why) {
    if (!isVisible()) return;  // the program then sends a notification
    auto* box = new QMessageBox(QMessageBox::Warning, tr("Berth"), what, QMessageBox::Ok, this);
    box->setInformativeText(why);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
  });
  updateNavigation();
  updateStatus();
  showWorkspaces();
}

void MainWindow::makeToolBar() {
  auto* bar = addToolBar(tr("Toolbar"));
  bar->setMovable(false);
  bar->setContextMenuPolicy(Qt::PreventContextMenu);
  bar->setIconSize(px(QSize(kIcon, kIcon)));
  const int gap = Metrics::px(Metrics::kGap);
  bar->setContentsMargins(gap, 0, gap, 0);
  bar->setMinimumHeight(Metrics::px(kToolBarHeight));
  if (bar->layout() != nullptr) bar->layout()->setSpacing(gap);
  QToolButton* menu = makeToolButton(QStringLiteral("application-menu"), tr("Menu"), this);
  auto* content = new QMenu(this);
  makeMenu(content);
  addActions(content->actions());  // for their keys; the button itself shows no arrow
  connect(menu, &QToolButton::clicked, this,
          [menu, content] { content->popup(menu->mapToGlobal(menu->rect().bottomLeft())); });
  bar->addWidget(menu);
  m_search = new QLineEdit(this);
  m_search->setPlaceholderText(tr("Search workspaces"));
  m_search->setAccessibleName(tr("Search"));
  m_search->setClearButtonEnabled(true);
  m_search->setFixedWidth(Metrics::px(kSearchWidth));
  m_search->addAction(Icons::themed(QStringLiteral("edit-find"), QPalette::Text), QLineEdit::LeadingPosition);
  m_search->setToolTip(tr("Search (%1)").arg(QKeySequence(QKeySequence::Find).toString(QKeySequence::NativeText)));
  bar->addSeparator();
  bar->addWidget(m_search);
  auto* stretch = new QWidget(this);
  stretch->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  bar->addWidget(stretch);
  auto* create =
      new QPushButton(Icons::themed(QStringLiteral("list-add"), QPalette::ButtonText), tr("New workspace"), this);
  create->setToolTip(tr("New workspace (%1)").arg(QKeySequence(QKeySequence::New).toString(QKeySequence::NativeText)));
  create->setMinimumWidth(create->sizeHint().width() + 2 * gap);
  connect(create, &QPushButton::clicked, this, [this] { newWorkspace(); });
  bar->addWidget(create);
  connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
    m_workspaces->setSearch(text);
    m_templates->setSearch(text);
  });
}

void MainWindow::makeMenu(QMenu* menu) {
  menu->addAction(tr("New workspace …"), QKeySequence::New, this, [this] { newWorkspace(); });
  menu->addAction(tr("Add a server …"), this, &MainWindow::addServerRequested);
  menu->addSeparator();
  menu->addAction(tr("Refresh"), QKeySequence::Refresh, this, [this] { m_presenter.retry(); });
  QAction* pane = menu->addAction(tr("Detail pane"), QKeySequence(Qt::CTRL | Qt::Key_F9), this, [this](bool wanted) {
    m_paneWanted = wanted;
    updatePane();
  });
  pane->setCheckable(true);
  pane->setChecked(true);
  menu->addSeparator();
  menu->addAction(tr("About Berth"), this, [this] {
    QMessageBox::about(this, tr("About Berth"),
                       tr("Berth %1\nSelf-hosted development environments.\nApache License 2.0")
                           .arg(QApplication::applicationVersion()));
  });
  menu->addAction(tr("Close window"), QKeySequence::Close, this, &QWidget::close);
  menu->addAction(tr("Quit"), QKeySequence::Quit, this, &MainWindow::quitRequested);
}

void MainWindow::makeBody() {
  m_splitter = new QSplitter(this);
  m_splitter->setHandleWidth(1);
  m_splitter->setChildrenCollapsible(false);
  m_navigation = new Navigation(m_splitter);
  m_navigation->addPage(QStringLiteral("berth-workspace-symbolic"), tr("Workspaces"));
  m_navigation->addPage(QStringLiteral("berth-template-symbolic"), tr("Templates"));
  m_pages = new QStackedWidget(m_splitter);
  m_workspaces = new WorkspacesPage(m_presenter, m_pages);
  m_templates = new TemplatesPage(m_presenter, m_pages);
  m_log = new LogPage(m_presenter, m_pages);
  m_pages->addWidget(m_workspaces);
  m_pages->addWidget(m_templates);
  m_pages->addWidget(m_log);
  m_detail = new DetailPane(m_presenter, m_splitter);
  m_detail->setMinimumWidth(Metrics::px(280));
  m_splitter->setSizes({m_navigation->sizeHint().width(), Metrics::px(kListWidth), Metrics::px(kPaneWidth)});
  m_splitter->setStretchFactor(1, 1);
  setCentralWidget(m_splitter);

  const auto showPage = [this](int row) { row == kTemplatesRow ? showTemplates() : showWorkspaces(); };
  connect(m_navigation, &QListWidget::currentRowChanged, this, showPage);
  connect(m_navigation, &QListWidget::itemClicked, this,
          [this, showPage](QListWidgetItem* item) { showPage(m_navigation->row(item)); });  // back from a log
  connect(m_workspaces, &WorkspacesPage::selectionChanged, m_detail, &DetailPane::show);
  connect(m_workspaces, &WorkspacesPage::openRequested, this, &MainWindow::editorRequested);
  connect(m_workspaces, &WorkspacesPage::logRequested, this, &MainWindow::showLog);
  connect(m_workspaces, &WorkspacesPage::menuRequested, this, &MainWindow::showRowMenu);
  connect(m_workspaces, &WorkspacesPage::newWorkspaceRequested, this, [this] { newWorkspace(); });
  connect(m_workspaces, &WorkspacesPage::signInRequested, this, &MainWindow::signInRequested);
  connect(m_workspaces, &WorkspacesPage::filterCleared, m_search, &QLineEdit::clear);
  connect(m_templates, &TemplatesPage::createRequested, this, &MainWindow::newWorkspace);
  connect(m_detail, &DetailPane::terminalRequested, this, &MainWindow::terminalRequested);
  connect(m_detail, &DetailPane::menuRequested, this, &MainWindow::showRowMenu);
  connect(m_log, &LogPage::backRequested, this, &MainWindow::showWorkspaces);
  m_detail->show(m_workspaces->selected());
}

void MainWindow::makeStatusBar() {
  statusBar()->setSizeGripEnabled(false);
  statusBar()->setMinimumHeight(Metrics::px(kStatusHeight));
  statusBar()->setContentsMargins(Metrics::px(Metrics::kGap), 0, Metrics::px(Metrics::kGap), 0);
  m_serverGlyph = new Glyph(this, kStatusGlyph);
  m_serverState = new Label(this, Metrics::smallFont(), Label::Ink::Secondary);
  m_serverState->setElided(true);
  m_operationGlyph = new Glyph(this, kStatusGlyph);
  m_operation = new Label(this, Metrics::smallFont());
  m_operationProgress = new ProgressLine(this);
  m_operationProgress->setFixedWidth(Metrics::px(kStatusProgress));
  m_operationProgress->setUnknown();
  statusBar()->addWidget(m_serverGlyph);
  statusBar()->addWidget(m_serverState, 1);
  for (QWidget* part : std::initializer_list<QWidget*>{m_operationGlyph, m_operation, m_operationProgress})
    statusBar()->addPermanentWidget(part);
}

void MainWindow::makeShortcuts() {
  const auto on = [this](const QKeySequence& keys, auto action) {
    connect(new QShortcut(keys, this), &QShortcut::activated, this, action);
  };
  // Those of a row work where rows are.
  const auto onRow = [this, on](const QKeySequence& keys, auto action) {
    on(keys, [this, action] {
      const WorkspaceKey key = m_workspaces->selected();
      if (m_pages->currentWidget() == m_workspaces && !key.workspaceId.isEmpty()) action(key);
    });
  };
  on(QKeySequence::Find, [this] {
    m_search->setFocus();
    m_search->selectAll();
  });
  on(QKeySequence(Qt::CTRL | Qt::Key_1), [this] { showWorkspaces(); });
  on(QKeySequence(Qt::CTRL | Qt::Key_3), [this] { showTemplates(); });
  onRow(QKeySequence(Qt::CTRL | Qt::Key_L), [this](const WorkspaceKey& key) { showLog(key); });
  onRow(QKeySequence(Qt::CTRL | Qt::Key_O), [this](const WorkspaceKey& key) { Q_EMIT editorRequested(key); });
  onRow(QKeySequence(Qt::CTRL | Qt::Key_T), [this](const WorkspaceKey& key) { Q_EMIT terminalRequested(key); });
  onRow(QKeySequence(Qt::CTRL | Qt::Key_S), [this](const WorkspaceKey& key) { m_presenter.start(key); });
  onRow(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S), [this](const WorkspaceKey& key) { m_presenter.stop(key); });
  onRow(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C),
        [this](const WorkspaceKey& key) { Q_EMIT copySshRequested(key); });
  auto* remove = new QShortcut(QKeySequence::Delete, m_workspaces);
  remove->setContext(Qt::WidgetWithChildrenShortcut);
  connect(remove, &QShortcut::activated, this, [this] { confirmDelete(m_workspaces->selected()); });
  auto* leaveSearch = new QShortcut(QKeySequence(Qt::Key_Escape), m_search);
  leaveSearch->setContext(Qt::WidgetShortcut);
  connect(leaveSearch, &QShortcut::activated, this, [this] {
    m_search->clear();
    m_pages->currentWidget() == m_workspaces ? m_workspaces->focusList() : m_pages->currentWidget()->setFocus();
  });
}

void MainWindow::updateNavigation() {
  m_navigation->setCount(kWorkspacesRow, m_presenter.model()->workspaceCount());
  m_navigation->setCount(kTemplatesRow, m_presenter.templates()->rowCount());
}

void MainWindow::updateStatus() {
  QStringList states;
  bool isStale = false;
  bool isLoading = false;
  for (const DeploymentItem& each : m_presenter.deployments()) {
    states.append(tr("%1: %2").arg(each.name, each.detail));
    isStale |= each.isStale();
    isLoading |= each.state == LoadState::Loading;
  }
  m_serverState->setText(states.join(QStringLiteral("   ")));
  m_serverGlyph->setRole(isStale ? Role::Offline : isLoading ? Role::Starting : Role::Running);
  m_serverGlyph->setVisible(!states.isEmpty());
  const auto changing = m_presenter.changing();
  for (QWidget* part : std::initializer_list<QWidget*>{m_operationGlyph, m_operation, m_operationProgress})
    part->setVisible(!changing.isEmpty());
  if (changing.isEmpty()) return;
  const WorkspaceItem& first = changing.first().second;
  m_operationGlyph->setRole(first.role);
  m_operation->setText(changing.size() == 1
                           ? tr("%1 %2").arg(first.statusWord, first.name)
                           : tr("%1 %2, %n more operation(s)", nullptr, static_cast<int>(changing.size()) - 1)
                                 .arg(first.statusWord, first.name));
}

void MainWindow::showWorkspaces() {
  m_presenter.hideLog();
  m_pages->setCurrentWidget(m_workspaces);
  setCurrentPage(kWorkspacesRow);
  m_search->setPlaceholderText(tr("Search workspaces"));
  setWindowTitle(tr("Workspaces – Berth"));
  updatePane();
  m_workspaces->focusList();
}

void MainWindow::setCurrentPage(int row) {
  const QSignalBlocker blocker(m_navigation);
  m_navigation->setCurrentRow(row);
}

void MainWindow::showTemplates() {
  m_presenter.hideLog();
  m_pages->setCurrentWidget(m_templates);
  setCurrentPage(kTemplatesRow);
  m_search->setPlaceholderText(tr("Search templates"));
  setWindowTitle(tr("Templates – Berth"));
  updatePane();
}

void MainWindow::showLog(const WorkspaceKey& key) {
  const auto item = m_presenter.workspace(key);
  if (!item) return;
  m_log->show(key);
  m_pages->setCurrentWidget(m_log);
  setWindowTitle(tr("%1 – Berth").arg(item->name));
  updatePane();
}

bool MainWindow::isShowingLogOf(const WorkspaceKey& key) const {
  return isActiveWindow() && m_pages->currentWidget() == m_log && m_presenter.logged() == key;
}

void MainWindow::newWorkspace(const QString& deploymentId, const QString& templateId) {
  auto* dialog = new CreateWorkspaceDialog(m_presenter, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  if (!templateId.isEmpty()) dialog->choose(deploymentId, templateId);
  connect(dialog, &QDialog::accepted, this, &MainWindow::showWorkspaces);
  dialog->open();
}

void MainWindow::raiseWindow() {
  show();
  setWindowState(windowState() & ~Qt::WindowMinimized);
  raise();
  activateWindow();
}

void MainWindow::updatePane() {
  const bool fits = width() >= Metrics::px(kPaneHidesBelow);
  const bool hasContent = m_pages->currentWidget() == m_workspaces && m_presenter.model()->workspaceCount() > 0;
  m_detail->setVisible(m_paneWanted && fits && hasContent);
  const bool isRail = width() < Metrics::px(kRailBelow);
  if (isRail == m_navigation->isRail()) return;
  m_navigation->setRail(isRail);
  m_splitter->setSizes({m_navigation->sizeHint().width(), Metrics::px(kListWidth), Metrics::px(kPaneWidth)});
}

void MainWindow::resizeEvent(QResizeEvent* event) {
  QMainWindow::resizeEvent(event);
  updatePane();
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!m_keepsRunning()) {
    event->accept();
    Q_EMIT quitRequested();
    return;
  }
  event->ignore();
  hide();
  Q_EMIT hiddenToTray();
}

void MainWindow::showRowMenu(const WorkspaceKey& key, const QPoint& position) {
  const auto item = m_presenter.workspace(key);
  if (!item) return;
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  const auto add = [&](const QString& text, bool enabled, auto action) {
    menu->addAction(text, this, action)->setEnabled(enabled);
  };
  const bool isUsable = item->isRunning() && !item->isChanging();
  add(tr("Open in VS Code"), isUsable, [this, key] { Q_EMIT editorRequested(key); });
  add(tr("Open terminal"), isUsable, [this, key] { Q_EMIT terminalRequested(key); });
  add(tr("Copy SSH command"), true, [this, key] { Q_EMIT copySshRequested(key); });
  menu->addSeparator();
  add(tr("Start"), item->canStart(), [this, key] { m_presenter.start(key); });
  add(tr("Stop"), item->isRunning() && item->canStop(), [this, key] { m_presenter.stop(key); });
  add(tr("Restart"), item->isRunning() && item->canStop(), [this, key] { m_presenter.restart(key); });
  if (item->isChanging()) add(tr("Cancel build"), true, [this, key] { m_presenter.cancel(key); });
  add(tr("Show log"), true, [this, key] { showLog(key); });
  menu->addSeparator();
  add(tr("Delete …"), !item->isChanging(), [this, key] { confirmDelete(key); });
  menu->popup(position);
}

void MainWindow::confirmDelete(const WorkspaceKey& key) {
  const auto item = m_presenter.workspace(key);
  if (!item || item->isChanging()) return;
  auto* box = new QMessageBox(QMessageBox::Warning, tr("Delete workspace"),
                              tr("Delete %1 and its home volume?").arg(item->name), QMessageBox::Cancel, this);
  box->setInformativeText(tr("Files in the workspace are lost. This cannot be undone."));
  QPushButton* confirm = box->addButton(tr("&Delete"), QMessageBox::DestructiveRole);
  box->setDefaultButton(QMessageBox::Cancel);
  box->setAttribute(Qt::WA_DeleteOnClose);
  connect(confirm, &QPushButton::clicked, this, [this, key] { m_presenter.remove(key); });
  box->open();
}

}  // namespace berth::ui

#include "ui/views/MainWindow.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QMenu>
#include <QMessageBox>
#include <QShortcut>
#include <QStatusBar>
#include <QToolBar>

#include "ui/theme/Icons.h"
#include "ui/theme/Metrics.h"
#include "ui/theme/StateGlyph.h"
#include "ui/views/CreateWorkspaceDialog.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr QSize kDefaultSize(1280, 768);
constexpr QSize kMinSize(720, 480);
constexpr int kNavigationWidth = 208;
constexpr int kListWidth = 744;
constexpr int kPaneWidth = 328;
constexpr int kPaneHidesBelow = 1120;
constexpr int kNavigationHidesBelow = 900;
constexpr int kSearchWidth = 320;
constexpr int kNavigationRow = 32;
constexpr int kIcon = 16;
constexpr int kStatusProgress = 96;

QSize px(QSize size) { return {Metrics::px(size.width()), Metrics::px(size.height())}; }

QToolButton* makeToolButton(const QString& icon, const QString& text, QWidget* parent) {
  auto* button = new QToolButton(parent);
  button->setAutoRaise(true);
  button->setIcon(Icons::tinted(icon, parent->palette().color(QPalette::WindowText)));
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
  connect(&m_presenter, &WorkspacesPresenter::workspacesChanged, this, &MainWindow::updateStatus);
  connect(&m_presenter, &WorkspacesPresenter::deploymentsChanged, this, &MainWindow::updateStatus);
  connect(&m_presenter, &WorkspacesPresenter::failed, this, [this](const QString& what, const QString& why) {
    if (!isVisible()) return;
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
  QToolButton* menu = makeToolButton(QStringLiteral("application-menu"), tr("Menu"), this);
  menu->setPopupMode(QToolButton::InstantPopup);
  auto* content = new QMenu(menu);
  makeMenu(content);
  menu->setMenu(content);
  bar->addWidget(menu);
  m_search = new QLineEdit(this);
  m_search->setPlaceholderText(tr("Search workspaces"));
  m_search->setClearButtonEnabled(true);
  m_search->setFixedWidth(Metrics::px(kSearchWidth));
  m_search->addAction(Icons::tinted(QStringLiteral("edit-find"), Colors::from(palette()).secondaryText),
                      QLineEdit::LeadingPosition);
  bar->addSeparator();
  bar->addWidget(m_search);
  auto* stretch = new QWidget(this);
  stretch->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  bar->addWidget(stretch);
  auto* create = new QPushButton(Icons::tinted(QStringLiteral("list-add"), palette().color(QPalette::ButtonText)),
                                 tr("New workspace"), this);
  create->setToolTip(tr("New workspace (%1)").arg(QKeySequence(QKeySequence::New).toString(QKeySequence::NativeText)));
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
  menu->addAction(tr("Refresh"), QKeySequence::Refresh, this, [this] {
    for (Deployment* each : m_presenter.deployments()) each->refresh();
  });
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
  menu->addAction(tr("Quit"), QKeySequence::Quit, this, &MainWindow::quitRequested);
}

void MainWindow::makeBody() {
  m_splitter = new QSplitter(this);
  m_splitter->setHandleWidth(1);
  m_splitter->setChildrenCollapsible(false);
  m_navigation = new QListWidget(m_splitter);
  m_navigation->setFrameShape(QFrame::NoFrame);
  m_navigation->setIconSize(px(QSize(kIcon, kIcon)));
  m_navigation->setAccessibleName(tr("Navigation"));
  m_navigation->setMinimumWidth(Metrics::px(176));
  QPalette side = m_navigation->palette();
  side.setColor(QPalette::Base, palette().color(QPalette::Window));
  m_navigation->setPalette(side);
  m_pages = new QStackedWidget(m_splitter);
  m_workspaces = new WorkspacesPage(m_presenter, m_pages);
  m_templates = new TemplatesPage(m_presenter, m_pages);
  m_log = new LogPage(m_presenter, m_pages);
  m_pages->addWidget(m_workspaces);
  m_pages->addWidget(m_templates);
  m_pages->addWidget(m_log);
  m_detail = new DetailPane(m_presenter, m_splitter);
  m_detail->setMinimumWidth(Metrics::px(280));
  m_splitter->setSizes({Metrics::px(kNavigationWidth), Metrics::px(kListWidth), Metrics::px(kPaneWidth)});
  m_splitter->setStretchFactor(1, 1);
  setCentralWidget(m_splitter);

  connect(m_navigation, &QListWidget::currentRowChanged, this, [this](int row) {
    if (row == 0) showWorkspaces();
    if (row == 1) showTemplates();
  });
  connect(m_workspaces, &WorkspacesPage::selectionChanged, m_detail, &DetailPane::show);
  connect(m_workspaces, &WorkspacesPage::openRequested, this, &MainWindow::editorRequested);
  connect(m_workspaces, &WorkspacesPage::logRequested, this, &MainWindow::showLog);
  connect(m_workspaces, &WorkspacesPage::menuRequested, this, &MainWindow::showRowMenu);
  connect(m_workspaces, &WorkspacesPage::newWorkspaceRequested, this, [this] { newWorkspace(); });
  connect(m_templates, &TemplatesPage::createRequested, this, &MainWindow::newWorkspace);
  connect(m_detail, &DetailPane::terminalRequested, this, &MainWindow::terminalRequested);
  connect(m_detail, &DetailPane::logRequested, this, &MainWindow::showLog);
  connect(m_detail, &DetailPane::deleteRequested, this, &MainWindow::confirmDelete);
  connect(m_log, &LogPage::backRequested, this, &MainWindow::showWorkspaces);
}

void MainWindow::makeStatusBar() {
  statusBar()->setSizeGripEnabled(false);
  m_serverState = new QLabel(this);
  m_operation = new QLabel(this);
  m_operationProgress = new ProgressLine(this);
  m_operationProgress->setFixedWidth(Metrics::px(kStatusProgress));
  m_operationProgress->setUnknown();
  statusBar()->addWidget(m_serverState);
  statusBar()->addPermanentWidget(m_operation);
  statusBar()->addPermanentWidget(m_operationProgress);
}

void MainWindow::makeShortcuts() {
  const auto on = [this](const QKeySequence& keys, auto action) {
    connect(new QShortcut(keys, this), &QShortcut::activated, this, action);
  };
  on(QKeySequence::Find, [this] {
    m_search->setFocus();
    m_search->selectAll();
  });
  on(QKeySequence(Qt::CTRL | Qt::Key_1), [this] { showWorkspaces(); });
  on(QKeySequence(Qt::CTRL | Qt::Key_3), [this] { showTemplates(); });
  on(QKeySequence(Qt::CTRL | Qt::Key_L), [this] {
    if (const WorkspaceKey key = m_workspaces->selected(); !key.workspaceId.isEmpty()) showLog(key);
  });
  on(QKeySequence(Qt::CTRL | Qt::Key_O), [this] {
    if (const WorkspaceKey key = m_workspaces->selected(); !key.workspaceId.isEmpty()) Q_EMIT editorRequested(key);
  });
  on(QKeySequence(Qt::CTRL | Qt::Key_S), [this] { m_presenter.start(m_workspaces->selected()); });
  on(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S), [this] { m_presenter.stop(m_workspaces->selected()); });
}

void MainWindow::updateNavigation() {
  const QSignalBlocker blocker(m_navigation);
  const QColor color = palette().color(QPalette::WindowText);
  const QList<std::pair<QString, QString>> rows = {
      {QStringLiteral("berth-workspace-symbolic"), tr("Workspaces  %1").arg(m_presenter.model()->workspaceCount())},
      {QStringLiteral("berth-template-symbolic"), tr("Templates  %1").arg(m_presenter.templates()->rowCount())}};
  while (m_navigation->count() < rows.size()) m_navigation->addItem(QString());
  for (int i = 0; i < rows.size(); ++i) {
    QListWidgetItem* item = m_navigation->item(i);
    item->setIcon(Icons::tinted(rows[i].first, color));
    item->setText(rows[i].second);
    item->setSizeHint(QSize(0, Metrics::px(kNavigationRow)));
  }
}

void MainWindow::updateStatus() {
  QStringList states;
  for (const Deployment* each : m_presenter.deployments()) {
    const DeploymentItem* item = m_presenter.model()->deployment(m_presenter.model()->deploymentIndex(each->id()));
    states.append(tr("%1: %2").arg(item->name, item->detail));
  }
  m_serverState->setText(states.join(QStringLiteral("   ")));
  const auto changing = m_presenter.changing();
  m_operation->setVisible(!changing.isEmpty());
  m_operationProgress->setVisible(!changing.isEmpty());
  if (changing.isEmpty()) return;
  const WorkspaceItem& first = changing.first().second;
  m_operation->setText(changing.size() == 1
                           ? tr("%1 %2").arg(first.statusWord, first.name)
                           : tr("%1 %2, %n more operation(s)", nullptr, static_cast<int>(changing.size()) - 1)
                                 .arg(first.statusWord, first.name));
}

void MainWindow::showWorkspaces() {
  m_presenter.hideLog();
  m_pages->setCurrentWidget(m_workspaces);
  m_navigation->setCurrentRow(0);
  m_search->setPlaceholderText(tr("Search workspaces"));
  setWindowTitle(tr("Workspaces – Berth"));
  updatePane();
}

void MainWindow::showTemplates() {
  m_presenter.hideLog();
  m_pages->setCurrentWidget(m_templates);
  m_navigation->setCurrentRow(1);
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
  m_detail->setVisible(m_paneWanted && fits && m_pages->currentWidget() == m_workspaces);
  m_navigation->setVisible(width() >= Metrics::px(kNavigationHidesBelow));
}

void MainWindow::resizeEvent(QResizeEvent* event) {
  QMainWindow::resizeEvent(event);
  updatePane();
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!m_keepsRunning) {
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
  add(tr("Open in VS Code"), item->isRunning(), [this, key] { Q_EMIT editorRequested(key); });
  add(tr("Open terminal"), item->isRunning(), [this, key] { Q_EMIT terminalRequested(key); });
  add(tr("Copy SSH command"), true,
      [name = item->name] { QApplication::clipboard()->setText(QStringLiteral("berth ssh %1").arg(name)); });
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
  if (!item) return;
  auto* box = new QMessageBox(QMessageBox::Warning, tr("Delete workspace"),
                              tr("Delete %1 and its home volume?").arg(item->name), QMessageBox::Cancel, this);
  box->setInformativeText(tr("Files in the workspace are lost. This cannot be undone."));
  QPushButton* confirm = box->addButton(tr("Delete"), QMessageBox::DestructiveRole);
  box->setDefaultButton(QMessageBox::Cancel);
  box->setAttribute(Qt::WA_DeleteOnClose);
  connect(confirm, &QPushButton::clicked, this, [this, key] { m_presenter.remove(key); });
  box->open();
}

}  // namespace berth::ui

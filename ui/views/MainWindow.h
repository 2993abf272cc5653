// The window: toolbar, navigation, the current page, the detail pane and the status bar. Closing it keeps the tray.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMainWindow>
#include <QSplitter>
#include <QStackedWidget>

#include "ui/presenters/WorkspacesPresenter.h"
#include "ui/views/DetailPane.h"
#include "ui/views/LogPage.h"
#include "ui/views/TemplatesPage.h"
#include "ui/views/WorkspacesPage.h"

namespace berth::ui {

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(WorkspacesPresenter& presenter, QWidget* parent = nullptr);

  void showWorkspaces();
  void showTemplates();
  void showLog(const WorkspaceKey& key);
  void newWorkspace(const QString& deploymentId = {}, const QString& templateId = {});
  void raiseWindow();

  // With a tray the window only hides on close; without one closing ends the app.
  void setKeepsRunning(bool keeps) { m_keepsRunning = keeps; }

 Q_SIGNALS:
  void editorRequested(const berth::ui::WorkspaceKey& key);
  void terminalRequested(const berth::ui::WorkspaceKey& key);
  void addServerRequested();
  void quitRequested();
  void hiddenToTray();

 protected:
  void closeEvent(QCloseEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void makeToolBar();
  void makeBody();
  void makeStatusBar();
  void makeShortcuts();
  void makeMenu(QMenu* menu);
  void updateNavigation();
  void updateStatus();
  void showRowMenu(const WorkspaceKey& key, const QPoint& position);
  void confirmDelete(const WorkspaceKey& key);
  void updatePane();

  WorkspacesPresenter& m_presenter;
  QLineEdit* m_search = nullptr;
  QListWidget* m_navigation = nullptr;
  QSplitter* m_splitter = nullptr;
  QStackedWidget* m_pages = nullptr;
  WorkspacesPage* m_workspaces = nullptr;
  TemplatesPage* m_templates = nullptr;
  LogPage* m_log = nullptr;
  DetailPane* m_detail = nullptr;
  QLabel* m_serverState = nullptr;
  QLabel* m_operation = nullptr;
  ProgressLine* m_operationProgress = nullptr;
  bool m_keepsRunning = false;
  bool m_paneWanted = true;
};

}  // namespace berth::ui

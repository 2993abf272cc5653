// The window: toolbar, navigation, the current page, the detail pane and the status bar. Closing it keeps the tray.
#pragma once

#include <QLineEdit>
#include <QMainWindow>
#include <QSplitter>
#include <QStackedWidget>

#include "ui/presenters/WorkspacesPresenter.h"
#include "ui/views/DetailPane.h"
#include "ui/views/Glyph.h"
#include "ui/views/Label.h"
#include "ui/views/LogPage.h"
#include "ui/views/Navigation.h"
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
  void select(const WorkspaceKey& key) { m_workspaces->select(key); }
  void focusList() { m_workspaces->focusList(); }
  // True when the user is looking at this workspace's log: nothing more has to be said about it.
  bool isShowingLogOf(const WorkspaceKey& key) const;

  // With a tray the window only hides on close; without one closing ends the app. Asked at each close.
  void setKeepsRunning(std::function<bool()> keeps) { m_keepsRunning = std::move(keeps); }

 Q_SIGNALS:
  void editorRequested(const berth::ui::WorkspaceKey& key);
  void terminalRequested(const berth::ui::WorkspaceKey& key);
  void copySshRequested(const berth::ui::WorkspaceKey& key);
  void addServerRequested();
  void signInRequested(const QString& deploymentId);
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
  void setCurrentPage(int row);
  void updateNavigation();
  void updateStatus();
  void showRowMenu(const WorkspaceKey& key, const QPoint& position);
  void confirmDelete(const WorkspaceKey& key);
  void updatePane();

  WorkspacesPresenter& m_presenter;
  QLineEdit* m_search = nullptr;
  Navigation* m_navigation = nullptr;
  QSplitter* m_splitter = nullptr;
  QStackedWidget* m_pages = nullptr;
  WorkspacesPage* m_workspaces = nullptr;
  TemplatesPage* m_templates = nullptr;
  LogPage* m_log = nullptr;
  DetailPane* m_detail = nullptr;
  Glyph* m_serverGlyph = nullptr;
  Label* m_serverState = nullptr;
  Glyph* m_operationGlyph = nullptr;
  Label* m_operation = nullptr;
  ProgressLine* m_operationProgress = nullptr;
  std::function<bool()> m_keepsRunning = [] { return false; };
  bool m_paneWanted = true;
};

}  // namespace berth::ui

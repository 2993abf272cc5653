// The list of workspaces, grouped by deployment when there are several, with filters; its faces when there is nothing
// to list; and a banner when what it lists is old.
#pragma once

#include <QStackedLayout>
#include <QWidget>

#include "ui/presenters/WorkspacesPresenter.h"
#include "ui/views/Banner.h"
#include "ui/views/EmptyState.h"
#include "ui/views/RowTree.h"
#include "ui/views/WorkspaceDelegate.h"

namespace berth::ui {

class FilterChip;

class WorkspacesPage : public QWidget {
  Q_OBJECT

 public:
  explicit WorkspacesPage(WorkspacesPresenter& presenter, QWidget* parent = nullptr);

  WorkspaceKey selected() const;
  void select(const WorkspaceKey& key);
  void setSearch(const QString& text);
  void focusList() { m_tree->setFocus(); }

 Q_SIGNALS:
  void selectionChanged(const berth::ui::WorkspaceKey& key);
  void openRequested(const berth::ui::WorkspaceKey& key);
  void logRequested(const berth::ui::WorkspaceKey& key);
  void menuRequested(const berth::ui::WorkspaceKey& key, const QPoint& globalPosition);
  void newWorkspaceRequested();
  void signInRequested(const QString& deploymentId);
  void filterCleared();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  // What the page's buttons do, by what it shows.
  enum class Step { None, NewWorkspace, ClearFilter, Retry, SignIn };

  QWidget* makeFilterBar();
  void setUpTree();
  void updateFace();
  void updateBanner();
  void updateChips();
  void updateRoot();
  void showFace(Step step, const EmptyState::Face& face);
  void runStep(Step step);
  void runMainAction(const QModelIndex& index);
  int shownCount() const;

  WorkspacesPresenter& m_presenter;
  WorkspaceDelegate* m_delegate;
  RowTree* m_tree;
  EmptyState* m_empty;
  Banner* m_banner;
  QStackedLayout* m_faces;
  QWidget* m_filterBar;
  QList<FilterChip*> m_chips;
  Step m_emptyStep = Step::None;
  Step m_bannerStep = Step::None;
  QString m_signInId;  // the deployment that Step::SignIn is about
  QString m_problem;   // for the clipboard
};

}  // namespace berth::ui

// The list of workspaces: filter chips, the tree, and its empty, loading and offline faces.
#pragma once

#include <QStackedLayout>
#include <QToolButton>
#include <QTreeView>
#include <QWidget>

#include "ui/presenters/WorkspacesPresenter.h"
#include "ui/views/Banner.h"
#include "ui/views/EmptyState.h"
#include "ui/views/WorkspaceDelegate.h"

namespace berth::ui {

// Rows drawn by RowPainter; group heads span the row.
class WorkspaceTree : public QTreeView {
  Q_OBJECT

 public:
  using QTreeView::QTreeView;

 protected:
  void drawRow(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  void drawBranches(QPainter*, const QRect&, const QModelIndex&) const override {}
};

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

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QWidget* makeFilterBar();
  void setUpTree();
  void updateFace();
  void updateChips();
  void updateRoot();
  void runMainAction(const QModelIndex& index);

  WorkspacesPresenter& m_presenter;
  WorkspaceDelegate* m_delegate;
  WorkspaceTree* m_tree;
  EmptyState* m_empty;
  Banner* m_banner;
  QStackedLayout* m_faces;
  QList<QToolButton*> m_chips;
};

}  // namespace berth::ui

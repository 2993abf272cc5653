// Templates of all deployments; the next step is a workspace made from the selected one.
#pragma once

#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStackedLayout>
#include <QWidget>

#include "ui/presenters/WorkspacesPresenter.h"
#include "ui/views/EmptyState.h"
#include "ui/views/RowTree.h"

namespace berth::ui {

class TemplatesPage : public QWidget {
  Q_OBJECT

 public:
  explicit TemplatesPage(WorkspacesPresenter& presenter, QWidget* parent = nullptr);
  const TemplateItem* selected() const;
  void setSearch(const QString& text);

 Q_SIGNALS:
  void createRequested(const QString& deploymentId, const QString& templateId);

 private:
  void updateFace();
  void restoreSelection();

  WorkspacesPresenter& m_presenter;
  QSortFilterProxyModel m_filter;
  RowTree* m_tree;
  QString m_selectedId;
  EmptyState* m_empty;
  QStackedLayout* m_faces;
  PrimaryButton* m_create;
};

}  // namespace berth::ui

// Asks for a template and a name. The name is checked while it is typed.
#pragma once

#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>

#include "ui/presenters/WorkspacesPresenter.h"
#include "ui/views/PrimaryButton.h"

namespace berth::ui {

class CreateWorkspaceDialog : public QDialog {
  Q_OBJECT

 public:
  explicit CreateWorkspaceDialog(WorkspacesPresenter& presenter, QWidget* parent = nullptr);
  void choose(const QString& deploymentId, const QString& templateId);

  // Why a server would refuse `name`; empty when it would not (reference/rest-api.md 1.6).
  static QString problemOf(const QString& name);

 private:
  void validate();
  void submit();

  WorkspacesPresenter& m_presenter;
  QComboBox* m_template;
  QLineEdit* m_name;
  QLabel* m_problem;
  PrimaryButton* m_create;
};

}  // namespace berth::ui

// Asks for a template and a name. The name is checked while it is typed.
#pragma once

#include <QComboBox>
#include <QDialog>
#include <QLineEdit>

#include "ui/presenters/WorkspacesPresenter.h"
#include "ui/views/Label.h"
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
  void accept(const Result<void>& result);

  WorkspacesPresenter& m_presenter;
  QComboBox* m_template;
  QLineEdit* m_name;
  Label* m_problem;
  PrimaryButton* m_create;
  bool m_isAsking = false;
};

}  // namespace berth::ui

#include "ui/views/CreateWorkspaceDialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QVBoxLayout>

#include "core/api/Names.h"

namespace berth::ui {

namespace {
constexpr qsizetype kMaxNameLength = api::kMaxNameBytes;
constexpr int kWidth = 460;
}  // namespace

CreateWorkspaceDialog::CreateWorkspaceDialog(WorkspacesPresenter& presenter, QWidget* parent)
    : QDialog(parent),
      m_presenter(presenter),
      m_template(new QComboBox(this)),
      m_name(new QLineEdit(this)),
      m_problem(new Label(this, Metrics::smallFont())),
      m_create(new PrimaryButton(tr("Create"), this)) {
  setWindowTitle(tr("New workspace"));
  setMinimumWidth(Metrics::px(kWidth));
  const TemplateModel* templates = m_presenter.templates();
  for (int row = 0; row < templates->rowCount(); ++row) {
    const TemplateItem* item = templates->item(templates->index(row, 0));
    const QString label =
        m_presenter.hasSeveralDeployments() ? tr("%1 – %2").arg(item->name, item->deploymentName) : item->name;
    m_template->addItem(label, QStringList{item->deploymentId, item->id});
  }
  m_name->setPlaceholderText(tr("for example web-shop"));
  m_name->setMaxLength(static_cast<int>(kMaxNameLength) * 2);
  m_problem->setInk(Role::Failed);
  m_problem->setWordWrap(true);
  m_problem->setMinimumHeight(2 * m_problem->fontMetrics().height());  // the dialog keeps its size

  auto* form = new QFormLayout;
  form->addRow(tr("&Template"), m_template);
  form->addRow(tr("&Name"), m_name);
  form->addRow(QString(), m_problem);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  buttons->addButton(m_create, QDialogButtonBox::AcceptRole);
  auto* column = new QVBoxLayout(this);
  column->addLayout(form);
  column->addStretch(1);
  column->addWidget(buttons);

  connect(buttons, &QDialogButtonBox::accepted, this, &CreateWorkspaceDialog::submit);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(m_name, &QLineEdit::textChanged, this, &CreateWorkspaceDialog::validate);
  m_name->setFocus();
  validate();
}

void CreateWorkspaceDialog::choose(const QString& deploymentId, const QString& templateId) {
  const int index = m_template->findData(QStringList{deploymentId, templateId});
  if (index >= 0) m_template->setCurrentIndex(index);
}

QString CreateWorkspaceDialog::problemOf(const QString& name) {
  if (name.isEmpty()) return {};
  if (name.size() > kMaxNameLength) return tr("A name has at most %1 characters.").arg(kMaxNameLength);
  if (!api::isName(name.toStdString()))
    return tr("A name has letters, digits and single hyphens between them; “new” and “create” are taken.");
  return {};
}

void CreateWorkspaceDialog::validate() {
  QString problem = problemOf(m_name->text());
  if (m_template->count() == 0) problem = tr("There is no template yet that a workspace could be made from.");
  m_problem->setText(problem);
  m_name->setAccessibleDescription(problem);
  m_create->setEnabled(!m_isAsking && problem.isEmpty() && !m_name->text().isEmpty() &&
                       m_template->currentIndex() >= 0);
}

void CreateWorkspaceDialog::submit() {
  const QStringList chosen = m_template->currentData().toStringList();
  m_isAsking = true;
  validate();
  m_presenter.create(chosen.value(0), chosen.value(1), m_name->text(),
                     [dialog = QPointer(this)](const Result<void>& result) {
                       if (dialog) dialog->accept(result);
                     });
}

// A refusal keeps what was typed.
void CreateWorkspaceDialog::accept(const Result<void>& result) {
  m_isAsking = false;
  if (result) return QDialog::accept();
  validate();
  m_problem->setText(QString::fromStdString(result.error().message()));
  m_name->setFocus();
}

}  // namespace berth::ui

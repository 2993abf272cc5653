#include "ui/views/CreateWorkspaceDialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QRegularExpression>
#include <QVBoxLayout>

#include "ui/theme/Colors.h"
#include "ui/theme/Metrics.h"

namespace berth::ui {

namespace {
constexpr qsizetype kMaxNameLength = 32;
constexpr int kWidth = 460;
}  // namespace

CreateWorkspaceDialog::CreateWorkspaceDialog(WorkspacesPresenter& presenter, QWidget* parent)
    : QDialog(parent),
      m_presenter(presenter),
      m_template(new QComboBox(this)),
      m_name(new QLineEdit(this)),
      m_problem(new QLabel(this)),
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
  QPalette own = m_problem->palette();
  own.setColor(QPalette::WindowText, Colors::from(palette()).role(Role::Failed));
  m_problem->setPalette(own);
  m_problem->setFont(Metrics::smallFont());
  m_problem->setWordWrap(true);

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
  static const QRegularExpression kAllowed(QStringLiteral("^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$"));
  if (name.isEmpty()) return {};
  if (name.size() > kMaxNameLength) return tr("A name has at most %1 characters.").arg(kMaxNameLength);
  if (!kAllowed.match(name).hasMatch()) return tr("A name has letters, digits and single hyphens between them.");
  return {};
}

void CreateWorkspaceDialog::validate() {
  const QString problem = problemOf(m_name->text());
  m_problem->setText(problem);
  m_name->setAccessibleDescription(problem);
  m_create->setEnabled(problem.isEmpty() && !m_name->text().isEmpty() && m_template->currentIndex() >= 0);
}

void CreateWorkspaceDialog::submit() {
  const QStringList chosen = m_template->currentData().toStringList();
  m_presenter.create(chosen.value(0), chosen.value(1), m_name->text());
  accept();
}

}  // namespace berth::ui

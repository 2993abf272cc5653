#include "ui/views/FirstRunWindow.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QPainter>
#include <QStyleOptionButton>
#include <QVBoxLayout>

#include "ui/theme/Icons.h"
#include "ui/theme/Metrics.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr QSize kWindow(960, 672);
constexpr int kSideWidth = 328;
constexpr int kCardHeight = 122;
constexpr int kCardIcon = 24;
constexpr int kFootHeight = 56;
constexpr int kLogHeight = 180;

}  // namespace

ChoiceCard::ChoiceCard(const QString& icon, const QString& title, const QString& sentence, QWidget* parent)
    : QAbstractButton(parent), m_icon(icon), m_sentence(sentence) {
  setText(title);
  setCheckable(true);
  setAutoExclusive(true);
  setAccessibleDescription(sentence);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize ChoiceCard::sizeHint() const {
  return {Metrics::px(kSideWidth - 2 * Metrics::kPageInset), Metrics::px(kCardHeight)};
}

void ChoiceCard::paintEvent(QPaintEvent*) {
  const Colors colors = Colors::from(palette());
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF frame = QRectF(rect()).adjusted(1, 1, -1, -1);
  painter.setPen(QPen(isChecked() || hasFocus() ? colors.focus : colors.edge, isChecked() ? 2 : 1));
  painter.setBrush(isChecked() ? colors.selection : palette().color(QPalette::Base));
  painter.drawRoundedRect(frame, 3, 3);

  painter.setOpacity(isEnabled() ? 1.0 : 0.5);
  QStyleOptionButton radio;
  radio.initFrom(this);
  const int inset = Metrics::px(Metrics::kTextInset);
  radio.rect = QRect(inset, inset, Metrics::px(18), Metrics::px(kCardIcon));
  radio.state.setFlag(isChecked() ? QStyle::State_On : QStyle::State_Off);
  style()->drawPrimitive(QStyle::PE_IndicatorRadioButton, &radio, &painter, this);
  const QColor text = palette().color(QPalette::Text);
  QRect icon(inset + Metrics::px(28), inset, Metrics::px(kCardIcon), Metrics::px(kCardIcon));
  Icons::tinted(m_icon, text).paint(&painter, icon);
  painter.setFont(Metrics::headingFont());
  painter.setPen(text);
  const QRect title(icon.right() + Metrics::px(8), inset, width(), Metrics::px(kCardIcon));
  painter.drawText(title, static_cast<int>(Qt::AlignVCenter), this->text());
  painter.setFont(Metrics::bodyFont());
  painter.setPen(colors.secondaryText);
  const QRect body(icon.left(), icon.bottom() + Metrics::px(8), width() - icon.left() - inset, height());
  painter.drawText(body, static_cast<int>(Qt::AlignTop | Qt::TextWordWrap), m_sentence);
}

FirstRunWindow::FirstRunWindow(LocalChecks& checks, LocalSetup& setup, SignIn& signIn, BuildLogModel& log,
                               QWidget* parent)
    : QWidget(parent), m_checks(checks), m_setup(setup), m_signIn(signIn) {
  setWindowTitle(tr("Welcome – Berth"));
  resize(Metrics::px(kWindow.width()), Metrics::px(kWindow.height()));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  row->addWidget(makeChoices());
  auto* right = new QVBoxLayout;
  right->setSpacing(0);
  m_pages = new QStackedWidget(this);
  m_pages->addWidget(makeLocalPage(log));
  m_pages->addWidget(makeServerPage());
  right->addWidget(m_pages, 1);
  right->addWidget(makeFoot());
  row->addLayout(right, 1);

  const auto choose = [this] {
    m_pages->setCurrentIndex(m_localCard->isChecked() ? 0 : 1);
    updateFoot();
  };
  connect(m_localCard, &QAbstractButton::toggled, this, choose);
  connect(m_checks.list(), &Checklist::changed, this, &FirstRunWindow::updateFoot);
  connect(m_setup.list(), &Checklist::changed, this, &FirstRunWindow::updateFoot);
  connect(&m_setup, &LocalSetup::finished, this, [this] {
    m_isSettingUp = false;
    Q_EMIT done();
  });
  connect(&m_setup, &LocalSetup::failed, this, [this] {
    m_isSettingUp = false;
    updateFoot();
  });
  m_localCard->setChecked(true);
  m_checks.start();
  updateFoot();
}

QWidget* FirstRunWindow::makeChoices() {
  auto* side = new QWidget(this);
  side->setFixedWidth(Metrics::px(kSideWidth));
  auto* column = new QVBoxLayout(side);
  const int inset = Metrics::px(Metrics::kPageInset);
  column->setContentsMargins(inset, inset, inset, inset);
  column->setSpacing(Metrics::px(12));
  auto* title = new QLabel(tr("Welcome to Berth"), side);
  title->setFont(Metrics::titleFont());
  auto* sentence = new QLabel(tr("Where should your workspaces run? You can add more servers later."), side);
  sentence->setWordWrap(true);
  m_localCard =
      new ChoiceCard(QStringLiteral("computer"), tr("This computer"),
                     tr("Berth runs its own server here and builds workspaces in Docker. You need no account."), side);
  m_serverCard = new ChoiceCard(QStringLiteral("berth-server-symbolic"), tr("A server"),
                                tr("Sign in to a Berth or Coder server of your team. You need its address."), side);
  auto* note = new QLabel(tr("Berth never asks for an administrator password."), side);
  note->setFont(Metrics::smallFont());
  note->setWordWrap(true);
  for (QWidget* part : std::initializer_list<QWidget*>{title, sentence, m_localCard, m_serverCard})
    column->addWidget(part);
  column->addStretch(1);
  column->addWidget(note);
  return side;
}

QWidget* FirstRunWindow::makeLocalPage(BuildLogModel& log) {
  auto* page = new QWidget(this);
  page->setBackgroundRole(QPalette::Base);
  page->setAutoFillBackground(true);
  auto* column = new QVBoxLayout(page);
  const int inset = Metrics::px(Metrics::kPageInset);
  column->setContentsMargins(inset, inset, inset, inset);
  m_headline = new QLabel(page);
  m_headline->setFont(Metrics::headingFont());
  m_subline = new QLabel(page);
  m_subline->setWordWrap(true);
  m_checklist = new ChecklistView(page);
  m_checklist->setChecklist(m_checks.list());
  m_log = new LogView(log, page);
  m_log->setFixedHeight(Metrics::px(kLogHeight));
  m_log->setFrameShape(QFrame::StyledPanel);
  m_log->hide();
  column->addWidget(m_headline);
  column->addWidget(m_subline);
  column->addSpacing(Metrics::px(12));
  column->addWidget(m_checklist, 1);
  column->addWidget(m_log);
  return page;
}

QWidget* FirstRunWindow::makeServerPage() {
  auto* page = new QWidget(this);
  page->setBackgroundRole(QPalette::Base);
  page->setAutoFillBackground(true);
  auto* column = new QVBoxLayout(page);
  const int inset = Metrics::px(Metrics::kPageInset);
  column->setContentsMargins(inset, inset, inset, inset);
  column->setSpacing(Metrics::px(12));
  auto* headline = new QLabel(tr("Sign in to a server"), page);
  headline->setFont(Metrics::headingFont());
  m_address = new QLineEdit(page);
  m_address->setPlaceholderText(QStringLiteral("https://coder.example.com"));
  m_token = new QLineEdit(page);
  m_token->setEchoMode(QLineEdit::Password);
  m_token->setPlaceholderText(tr("paste it from the server's page /cli-auth"));
  m_serverProblem = new QLabel(page);
  m_serverProblem->setWordWrap(true);
  QPalette own = m_serverProblem->palette();
  own.setColor(QPalette::WindowText, Colors::from(palette()).role(Role::Failed));
  m_serverProblem->setPalette(own);
  auto* form = new QFormLayout;
  form->addRow(tr("&Address"), m_address);
  form->addRow(tr("&Token"), m_token);
  column->addWidget(headline);
  column->addLayout(form);
  column->addWidget(m_serverProblem);
  column->addStretch(1);
  for (QLineEdit* field : {m_address, m_token}) {
    connect(field, &QLineEdit::textChanged, this, &FirstRunWindow::updateFoot);
    connect(field, &QLineEdit::returnPressed, this, &FirstRunWindow::submit);
  }
  return page;
}

QWidget* FirstRunWindow::makeFoot() {
  auto* foot = new QWidget(this);
  foot->setFixedHeight(Metrics::px(kFootHeight));
  auto* row = new QHBoxLayout(foot);
  row->setContentsMargins(Metrics::px(Metrics::kTextInset), 0, Metrics::px(Metrics::kTextInset), 0);
  m_footState = new QLabel(foot);
  m_cancel = new QPushButton(tr("Cancel"), foot);
  m_start = new PrimaryButton(tr("Start"), foot);
  m_start->setDefault(true);
  row->addWidget(m_footState, 1);
  row->addWidget(m_cancel);
  row->addWidget(m_start);
  connect(m_start, &QPushButton::clicked, this, &FirstRunWindow::submit);
  connect(m_cancel, &QPushButton::clicked, this, [this] {
    m_setup.cancel();
    m_isSettingUp = false;
    m_checklist->setChecklist(m_checks.list());
    m_log->hide();
    m_checks.start();
    updateFoot();
  });
  return foot;
}

void FirstRunWindow::updateFoot() {
  m_localCard->setEnabled(!m_isSettingUp);
  m_serverCard->setEnabled(!m_isSettingUp);
  m_cancel->setVisible(m_isSettingUp);
  m_start->setVisible(!m_isSettingUp);
  if (!m_localCard->isChecked()) {
    m_start->setText(tr("Sign in"));
    m_start->setEnabled(!m_address->text().trimmed().isEmpty() && !m_token->text().isEmpty());
    m_footState->clear();
    return;
  }
  if (m_isSettingUp) {
    m_headline->setText(tr("Setting up this computer"));
    m_subline->setText(tr("You can close the window; this goes on and a notification says when it is ready."));
    m_footState->clear();
    return;
  }
  const Checklist* list = m_checks.list();
  const int failed = list->count(StepState::Failed);
  m_headline->setText(tr("Checks"));
  m_subline->setText(tr("%1 passed, %2 failed, %3 not finished. Repeated every 5 s while this page is open.")
                         .arg(list->count(StepState::Done))
                         .arg(failed)
                         .arg(list->count(StepState::Waiting) + list->count(StepState::Running)));
  m_footState->setText(failed > 0 ? tr("%n check(s) failed", nullptr, failed) : QString());
  m_start->setText(m_setup.list()->count(StepState::Failed) > 0 ? tr("Try again") : tr("Start"));
  m_start->setEnabled(list->isDone());
}

void FirstRunWindow::submit() {
  if (!m_start->isEnabled()) return;
  if (m_localCard->isChecked())
    startLocal();
  else
    connectToServer();
}

void FirstRunWindow::startLocal() {
  m_isSettingUp = true;
  m_checks.stop();
  m_checklist->setChecklist(m_setup.list());
  m_log->show();
  m_setup.start();
  updateFoot();
}

void FirstRunWindow::connectToServer() {
  QString url = m_address->text().trimmed();
  if (!url.contains(QLatin1String("://"))) url.prepend(QLatin1String("https://"));
  m_serverProblem->setText(tr("Asking %1 …").arg(url));
  m_start->setEnabled(false);
  const Secret token(m_token->text().trimmed().toStdString());
  m_signIn.withToken(url, token, [this, url](Result<Secret> result) {
    m_start->setEnabled(true);
    if (!result) {
      m_serverProblem->setText(QString::fromStdString(result.error().message()));
      return;
    }
    m_token->clear();
    m_serverProblem->clear();
    Q_EMIT serverAdded(url, *result);
  });
}

void FirstRunWindow::paintEvent(QPaintEvent* event) {
  QWidget::paintEvent(event);
  QPainter painter(this);
  painter.setPen(QPen(Colors::from(palette()).line, 0));
  const int x = Metrics::px(kSideWidth) - 1;
  painter.drawLine(x, 0, x, height());
}

}  // namespace berth::ui

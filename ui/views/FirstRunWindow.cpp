#include "ui/views/FirstRunWindow.h"

#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/theme/Icons.h"

namespace berth::ui {

namespace {

// Design pixels.
constexpr QSize kWindow(960, 672);
constexpr QSize kMinWindow(720, 480);
constexpr int kSideWidth = 328;
constexpr int kCardIcon = 24;
constexpr int kCardTextLeft = 44;
constexpr int kFootHeight = 56;
constexpr int kLogHeight = 150;
constexpr int kFormWidth = 420;

void setMargins(QLayout* layout, int designPixels) {
  const int inset = Metrics::px(designPixels);
  layout->setContentsMargins(inset, inset, inset, inset);
}

QWidget* makePage(QWidget* parent) {
  auto* page = new QWidget(parent);
  page->setBackgroundRole(QPalette::Base);
  page->setAutoFillBackground(true);
  return page;
}

// A frame with a thin line around a list and its head.
class LineBox final : public QFrame {
 public:
  using QFrame::QFrame;

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setPen(Colors::from(palette()).line);
    painter.setBrush(palette().color(QPalette::AlternateBase));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
  }
};

}  // namespace

ChoiceCard::ChoiceCard(const QString& icon, const QString& title, const QString& sentence, QWidget* parent)
    : QAbstractButton(parent), m_icon(icon), m_sentence(sentence) {
  setText(title);
  setCheckable(true);
  setAutoExclusive(true);
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleDescription(sentence);
  QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
}

int ChoiceCard::heightForWidth(int width) const {
  const int inset = Metrics::px(Metrics::kTextInset);
  const QFontMetrics metrics(Metrics::bodyFont());
  const int textWidth = width - Metrics::px(kCardTextLeft) - inset;
  const QRect text = metrics.boundingRect(QRect(0, 0, textWidth, 1000), Qt::TextWordWrap, m_sentence);
  return inset + Metrics::px(kCardIcon) + Metrics::px(8) + text.height() + inset;
}

QSize ChoiceCard::sizeHint() const {
  const int width = Metrics::px(kSideWidth - 2 * Metrics::kPageInset);
  return {width, heightForWidth(width)};
}

void ChoiceCard::paintEvent(QPaintEvent*) {
  const Colors colors = Colors::from(palette());
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const bool isStrong = isChecked() || hasFocus();
  painter.setOpacity(isEnabled() || isChecked() ? 1.0 : 0.5);
  painter.setPen(QPen(isStrong ? colors.focus : colors.edge, isStrong ? 2 : 1));
  painter.setBrush(isChecked() ? colors.selection : palette().color(QPalette::Base));
  painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 3, 3);

  const int inset = Metrics::px(Metrics::kTextInset);
  paintRadio(painter, QRectF(inset, inset + Metrics::px(4), Metrics::px(16), Metrics::px(16)), colors);
  const QColor text = palette().color(QPalette::Active, QPalette::Text);
  const QRect icon(Metrics::px(kCardTextLeft), inset, Metrics::px(kCardIcon), Metrics::px(kCardIcon));
  Icons::tinted(m_icon, text).paint(&painter, icon);
  painter.setFont(Metrics::headingFont());
  painter.setPen(text);
  const QRect title(icon.right() + Metrics::px(8), inset, width(), Metrics::px(kCardIcon));
  painter.drawText(title, static_cast<int>(Qt::AlignVCenter | Qt::TextShowMnemonic), this->text());
  painter.setFont(Metrics::bodyFont());
  painter.setPen(colors.secondaryText);
  const QRect body(icon.left(), icon.bottom() + Metrics::px(8), width() - icon.left() - inset, height());
  painter.drawText(body, static_cast<int>(Qt::AlignTop | Qt::TextWordWrap), m_sentence);
}

// The style's own is too faint for a dark card.
void ChoiceCard::paintRadio(QPainter& painter, const QRectF& place, const Colors& colors) const {
  painter.setPen(QPen(isChecked() ? colors.focus : colors.edge, 1.5));
  painter.setBrush(palette().color(QPalette::Base));
  painter.drawEllipse(place);
  if (!isChecked()) return;
  const double inner = place.width() / 4;
  painter.setPen(Qt::NoPen);
  painter.setBrush(colors.focus);
  painter.drawEllipse(place.adjusted(inner, inner, -inner, -inner));
}

FirstRunWindow::FirstRunWindow(LocalChecks& checks, LocalSetup& setup, ServerSignIn& signIn, BuildLogModel& log,
                               QWidget* parent)
    : QWidget(parent), m_checks(checks), m_setup(setup), m_signIn(signIn) {
  setWindowTitle(tr("Welcome – Berth"));
  resize(Metrics::px(kWindow.width()), Metrics::px(kWindow.height()));
  setMinimumSize(Metrics::px(kMinWindow.width()), Metrics::px(kMinWindow.height()));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  row->addWidget(makeChoices());
  auto* right = new QVBoxLayout;
  right->setSpacing(1);  // the line above the foot
  m_pages = new QStackedWidget(this);
  m_pages->addWidget(makeLocalPage(log));
  m_pages->addWidget(makeServerPage());
  right->addWidget(m_pages, 1);
  right->addWidget(makeFoot());
  row->addLayout(right, 1);
  connectServerPage();

  connect(m_localCard, &QAbstractButton::toggled, this, &FirstRunWindow::update);
  connect(m_checks.list(), &Checklist::changed, this, &FirstRunWindow::update);
  connect(m_setup.list(), &Checklist::changed, this, &FirstRunWindow::update);
  connect(&m_setup, &LocalSetup::failed, this, [this] { showLocal(LocalPage::Failed); });
  m_clock.setInterval(1000);
  connect(&m_clock, &QTimer::timeout, this, &FirstRunWindow::update);
  m_localCard->setChecked(true);
  m_localCard->setFocus();
  showLocal(m_setup.isRunning() ? LocalPage::Running : LocalPage::Checks);
}

QWidget* FirstRunWindow::makeChoices() {
  auto* side = new QWidget(this);
  side->setFixedWidth(Metrics::px(kSideWidth));
  auto* column = new QVBoxLayout(side);
  setMargins(column, Metrics::kPageInset);
  column->setSpacing(Metrics::px(12));
  auto* title = new Label(side, Metrics::titleFont());
  title->setText(tr("Welcome to Berth"));
  auto* sentence = new Label(side, Metrics::bodyFont(), Label::Ink::Secondary);
  sentence->setText(tr("Where should your workspaces run? You can add more servers later."));
  sentence->setWordWrap(true);
  m_localCard =
      new ChoiceCard(QStringLiteral("computer"), tr("&This computer"),
                     tr("Berth runs its own server here and builds workspaces in Docker. You need no account."), side);
  m_serverCard = new ChoiceCard(QStringLiteral("berth-server-symbolic"), tr("A &server"),
                                tr("Sign in to a Berth or Coder server of your team. You need its address."), side);
  auto* note = new Label(side, Metrics::smallFont(), Label::Ink::Secondary);
  note->setText(tr("Berth never asks for an administrator password."));
  note->setWordWrap(true);
  for (QWidget* part : std::initializer_list<QWidget*>{title, sentence, m_localCard, m_serverCard})
    column->addWidget(part);
  column->addStretch(1);
  column->addWidget(note);
  return side;
}

QWidget* FirstRunWindow::makeLocalPage(BuildLogModel& log) {
  QWidget* page = makePage(this);
  auto* column = new QVBoxLayout(page);
  setMargins(column, Metrics::kPageInset);
  column->setSpacing(0);
  m_headline = new Label(page, Metrics::headingFont());
  m_elapsed = new Label(page, Metrics::bodyFont(), Label::Ink::Secondary);
  m_subline = new Label(page, Metrics::bodyFont(), Label::Ink::Secondary);
  m_subline->setWordWrap(true);
  m_checklist = new ChecklistView(page);
  auto* head = new QHBoxLayout;
  head->addWidget(m_headline, 1);
  head->addWidget(m_elapsed);
  column->addLayout(head);
  column->addWidget(m_subline);
  column->addSpacing(Metrics::px(16));
  column->addWidget(m_checklist, 1);
  m_logBox = makeLogBox(log, page);
  column->addWidget(m_logBox);
  return page;
}

QWidget* FirstRunWindow::makeLogBox(BuildLogModel& log, QWidget* parent) {
  auto* box = new LineBox(parent);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(1, 1, 1, 1);
  column->setSpacing(0);
  auto* title = new Label(box, Metrics::strongFont());
  title->setText(tr("Log"));
  auto* copy = new QToolButton(box);
  copy->setAutoRaise(true);
  copy->setIcon(Icons::themed(QStringLiteral("edit-copy")));
  copy->setToolTip(tr("Copy the log"));
  copy->setAccessibleName(copy->toolTip());
  connect(copy, &QToolButton::clicked, this, [&log] { QApplication::clipboard()->setText(log.plainText()); });
  auto* head = new QHBoxLayout;
  head->setContentsMargins(Metrics::px(12), Metrics::px(2), Metrics::px(4), Metrics::px(2));
  head->addWidget(title, 1);
  head->addWidget(copy);
  column->addLayout(head);
  m_log = new LogView(log, box);
  m_log->setFixedHeight(Metrics::px(kLogHeight));
  column->addWidget(m_log);
  return box;
}

QWidget* FirstRunWindow::makeServerPage() {
  auto* page = new QWidget(this);  // the window's ground, on which every style's fields stand out
  auto* column = new QVBoxLayout(page);
  setMargins(column, Metrics::kPageInset);
  column->setSpacing(Metrics::px(Metrics::kGap));
  auto* headline = new Label(page, Metrics::headingFont());
  headline->setText(tr("Sign in to a server"));
  m_address = new QLineEdit(page);
  m_address->setPlaceholderText(QStringLiteral("https://coder.example.com"));
  m_addressNote = new Label(page, Metrics::smallFont());
  m_addressNote->setWordWrap(true);
  m_usesPassword = new QRadioButton(tr("E-mail and pass&word"), page);
  m_usesToken = new QRadioButton(tr("A to&ken"), page);
  m_usesPassword->setChecked(true);
  m_email = new QLineEdit(page);
  m_secret = new QLineEdit(page);
  m_secret->setEchoMode(QLineEdit::Password);
  m_tokenLink = new QLabel(page);
  m_tokenLink->setFont(Metrics::smallFont());
  m_tokenLink->setOpenExternalLinks(true);
  const auto makeCaption = [page](const QString& text, QWidget* buddy) {
    auto* label = new QLabel(text, page);
    label->setBuddy(buddy);
    return label;
  };
  m_emailLabel = makeCaption(tr("&E-mail"), m_email);
  m_secretLabel = makeCaption({}, m_secret);
  auto* ways = new QHBoxLayout;
  ways->setSpacing(Metrics::px(Metrics::kTextInset));
  ways->addWidget(m_usesPassword);
  ways->addWidget(m_usesToken);
  ways->addStretch(1);
  auto* form = new QGridLayout;
  form->setHorizontalSpacing(Metrics::px(12));
  form->setVerticalSpacing(Metrics::px(Metrics::kGap));
  form->addWidget(makeCaption(tr("A&ddress"), m_address), 0, 0);
  form->addWidget(m_address, 0, 1);
  form->addWidget(m_addressNote, 1, 1);
  form->addWidget(makeCaption(tr("Sign in with"), m_usesPassword), 2, 0);
  form->addLayout(ways, 2, 1);
  form->addWidget(m_emailLabel, 3, 0);
  form->addWidget(m_email, 3, 1);
  form->addWidget(m_secretLabel, 4, 0);
  form->addWidget(m_secret, 4, 1);
  form->addWidget(m_tokenLink, 5, 1);
  form->setColumnMinimumWidth(1, Metrics::px(kFormWidth) - Metrics::px(100));
  form->setColumnStretch(1, 1);
  column->addWidget(headline);
  column->addSpacing(Metrics::px(Metrics::kGap));
  column->addLayout(form);
  column->addStretch(1);
  return page;
}

void FirstRunWindow::connectServerPage() {
  for (QLineEdit* field : {m_address, m_email, m_secret}) {
    connect(field, &QLineEdit::textChanged, this, [this] {
      m_serverProblem.clear();
      update();
    });
    connect(field, &QLineEdit::returnPressed, this, &FirstRunWindow::submit);
  }
  connect(m_usesToken, &QRadioButton::toggled, this, [this] {
    m_secret->clear();
    m_serverProblem.clear();
    update();
  });
  connect(&m_signIn, &ServerSignIn::asking, this, &FirstRunWindow::update);
  connect(&m_signIn, &ServerSignIn::failed, this, [this](const QString& sentence) {
    m_serverProblem = sentence;
    update();
  });
  connect(&m_signIn, &ServerSignIn::signedIn, this, [this] { m_secret->clear(); });
}

QWidget* FirstRunWindow::makeFoot() {
  auto* foot = new QWidget(this);
  foot->setMinimumHeight(Metrics::px(kFootHeight));
  auto* row = new QHBoxLayout(foot);
  row->setContentsMargins(Metrics::px(Metrics::kTextInset), Metrics::px(Metrics::kGap),
                          Metrics::px(Metrics::kTextInset), Metrics::px(Metrics::kGap));
  row->setSpacing(Metrics::px(Metrics::kGap));
  m_footGlyph = new Glyph(foot);
  m_footState = new Label(foot, Metrics::bodyFont(), Label::Ink::Secondary);
  m_footState->setWordWrap(true);
  m_cancel = new QPushButton(foot);
  m_start = new PrimaryButton(tr("Start"), foot);
  m_start->setDefault(true);
  row->addWidget(m_footGlyph);
  row->addWidget(m_footState, 1);
  row->addWidget(m_cancel);
  row->addWidget(m_start);
  connect(m_start, &QPushButton::clicked, this, &FirstRunWindow::submit);
  connect(m_cancel, &QPushButton::clicked, this, &FirstRunWindow::cancel);
  return foot;
}

void FirstRunWindow::raiseWindow() {
  if (!isVisible() && m_localPage == LocalPage::Checks) m_checks.start();
  show();
  setWindowState(windowState() & ~Qt::WindowMinimized);
  raise();
  activateWindow();
}

void FirstRunWindow::showServer(const QString& address) {
  m_serverCard->setChecked(true);
  if (!address.isEmpty()) m_address->setText(address);
  (address.isEmpty() ? m_address : m_email)->setFocus();
}

void FirstRunWindow::showLocal(LocalPage page) {
  m_localPage = page;
  const bool isChecks = page == LocalPage::Checks;
  m_checklist->setChecklist(isChecks ? m_checks.list() : m_setup.list(),
                            isChecks ? ChecklistView::End::StateWord : ChecklistView::End::Seconds);
  if (isChecks)
    m_checks.start();
  else
    m_checks.stop();
  if (page == LocalPage::Running)
    m_clock.start();
  else
    m_clock.stop();
  update();
}

void FirstRunWindow::update() {
  const bool isLocal = m_localCard->isChecked();
  const bool isSettingUp = m_localPage == LocalPage::Running;
  m_localCard->setEnabled(!isSettingUp);
  m_serverCard->setEnabled(!isSettingUp);
  m_pages->setCurrentIndex(isLocal ? 0 : 1);
  m_footGlyph->setRole({});
  m_footState->clear();
  if (!isLocal)
    updateServer();
  else if (m_localPage == LocalPage::Checks)
    updateChecks();
  else
    updateSetup();
  m_footGlyph->setVisible(!m_footState->text().isEmpty());
}

void FirstRunWindow::updateChecks() {
  const Checklist* list = m_checks.list();
  const int failed = list->count(StepState::Failed);
  m_headline->setText(tr("Checks"));
  m_elapsed->clear();
  m_subline->setText(tr("%1 passed, %2 failed, %3 not finished. Repeated every 5 s while this page is open.")
                         .arg(list->count(StepState::Done))
                         .arg(failed)
                         .arg(list->count(StepState::Waiting) + list->count(StepState::Running)));
  m_logBox->hide();
  m_cancel->hide();
  m_start->show();
  m_start->setText(tr("Start"));
  m_start->setEnabled(list->isDone());
  if (failed == 0) return;
  QStringList titles;
  for (const Step& step : list->steps())
    if (step.state == StepState::Failed) titles.append(step.title);
  m_footGlyph->setRole(Role::Failed);
  m_footState->setText(tr("%n check(s) failed: %1", nullptr, failed).arg(titles.join(QStringLiteral(", "))));
}

void FirstRunWindow::updateSetup() {
  const bool hasFailed = m_localPage == LocalPage::Failed;
  m_headline->setText(hasFailed ? tr("Setting up stopped") : tr("Setting up this computer"));
  m_elapsed->setText(durationText(m_setup.elapsedSeconds()));
  m_subline->setText(hasFailed
                         ? tr("What was done so far stays; another try goes on from there.")
                         : tr("You can close the window; this goes on and a notification says when it is ready."));
  m_logBox->setVisible(m_log->model()->rowCount() > 0);
  m_cancel->setText(hasFailed ? tr("Back to the checks") : tr("Cancel"));
  m_cancel->show();
  m_start->setVisible(hasFailed);
  m_start->setText(tr("Try again"));
  m_start->setEnabled(true);
  if (!hasFailed) return;
  for (const Step& step : m_setup.list()->steps()) {
    if (step.state != StepState::Failed) continue;
    m_footGlyph->setRole(Role::Failed);
    m_footState->setText(tr("Failed: %1").arg(step.title));
  }
}

void FirstRunWindow::updateServer() {
  const bool usesToken = m_usesToken->isChecked();
  const QString problem = ServerSignIn::problemOf(m_address->text());
  const QString warning = ServerSignIn::warningOf(m_address->text());
  m_addressNote->setText(problem.isEmpty() ? warning : problem);
  m_addressNote->setInk(problem.isEmpty() ? Role::Attention : Role::Failed);
  m_addressNote->setVisible(!m_addressNote->text().isEmpty());
  m_address->setAccessibleDescription(m_addressNote->text());
  m_emailLabel->setVisible(!usesToken);
  m_email->setVisible(!usesToken);
  m_secretLabel->setText(usesToken ? tr("T&oken") : tr("&Password"));
  const QString page = ServerSignIn::tokenPage(m_address->text());
  m_tokenLink->setVisible(usesToken && !page.isEmpty());
  m_tokenLink->setText(QStringLiteral("<a href=\"%1\">%2</a>")
                           .arg(page.toHtmlEscaped(), tr("Open the page that shows a token").toHtmlEscaped()));
  m_cancel->hide();
  m_start->show();
  m_start->setText(tr("Sign in"));
  m_start->setEnabled(ServerSignIn::isComplete(form()) && !m_signIn.isAsking());
  if (m_signIn.isAsking()) {
    m_footGlyph->setRole(Role::Starting);
    m_footState->setText(tr("Asking %1 …").arg(ServerSignIn::normalized(m_address->text())));
  } else if (!m_serverProblem.isEmpty()) {
    m_footGlyph->setRole(Role::Failed);
    m_footState->setText(m_serverProblem);
  }
}

ServerSignIn::Form FirstRunWindow::form() const {
  return {.address = m_address->text(),
          .usesToken = m_usesToken->isChecked(),
          .email = m_email->text(),
          .secret = m_secret->text()};
}

void FirstRunWindow::submit() {
  if (!m_start->isEnabled() || !m_start->isVisible()) return;
  m_serverProblem.clear();
  if (m_localCard->isChecked())
    startLocal();
  else
    m_signIn.submit(form());
}

void FirstRunWindow::startLocal() {
  m_localCard->setChecked(true);
  m_setup.start();
  showLocal(LocalPage::Running);
  m_cancel->setFocus();
}

void FirstRunWindow::cancel() {
  m_setup.cancel();
  showLocal(LocalPage::Checks);
}

void FirstRunWindow::closeEvent(QCloseEvent* event) {
  m_checks.stop();
  QWidget::closeEvent(event);
  Q_EMIT closed();
}

void FirstRunWindow::paintEvent(QPaintEvent* event) {
  QWidget::paintEvent(event);
  QPainter painter(this);
  painter.setPen(QPen(Colors::from(palette()).line, 0));
  const int x = Metrics::px(kSideWidth) - 1;
  painter.drawLine(x, 0, x, height());
  const int foot = m_pages->geometry().bottom() + 1;
  painter.drawLine(x, foot, width(), foot);
}

}  // namespace berth::ui

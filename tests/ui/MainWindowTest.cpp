// The window as its users meet it: pages, keys, names for screen readers, and its faces when there is nothing to list.
#include <QAccessible>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "tests/ui/Palettes.h"
#include "tests/ui/SampleWorkspaces.h"
#include "ui/views/CreateWorkspaceDialog.h"
#include "ui/views/MainWindow.h"
#include "ui/views/TrayMenu.h"

using namespace berth;
using namespace berth::ui;

namespace {

struct Fixture {
  ScriptedDeployment deployment;
  WorkspacesPresenter presenter;
  std::unique_ptr<MainWindow> window;

  Fixture() {
    presenter.addDeployment(&deployment);
    window = std::make_unique<MainWindow>(presenter);
    window->show();
  }
  void fill() {
    Q_EMIT deployment.serverReached(QStringLiteral("v0.1.0"), QStringLiteral("alice"));
    deployment.answerTemplates(sampleTemplates());
    deployment.answer(sampleWorkspaces());
  }
  bool activate() const {
    window->activateWindow();
    return QTest::qWaitForWindowActive(window.get());
  }
  QString faceName() const {
    const auto faces = window->findChildren<EmptyState*>();
    for (const EmptyState* face : faces)
      if (face->isVisible()) return face->accessibleName();
    return {};
  }
  QPushButton* button(const QString& text) const {
    for (QPushButton* each : window->findChildren<QPushButton*>())
      if (each->isVisible() && each->text() == text) return each;
    return nullptr;
  }
  WorkspaceKey key(const char* name) const {
    return {deployment.id(), QString::fromStdString(WorkspaceId(uuidOf(name)).toString())};
  }
};

// Elided labels excepted, no text may be wider than its place.
QString cutText(const QWidget& window) {
  for (const QAbstractButton* button : window.findChildren<QAbstractButton*>())
    if (button->isVisible() && button->width() < button->minimumSizeHint().width()) return button->text();
  return {};
}

}  // namespace

class MainWindowTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    QTest::failOnWarning();
    applyDesign(false);
  }

  void showsWhatTheServerHas() {
    Fixture f;
    f.fill();
    QCOMPARE(f.faceName(), QString());
    auto* tree = f.window->findChild<WorkspacesPage*>()->findChild<RowTree*>();
    QCOMPARE(tree->model()->rowCount(tree->rootIndex()), 8);
    QVERIFY(tree->currentIndex().isValid());
  }

  void saysWhatIsTheCaseWhenThereIsNothingToList() {
    Fixture f;
    QVERIFY(f.faceName().startsWith(QLatin1String("Connecting")));
    Q_EMIT f.deployment.unreachable(QStringLiteral("connection refused"));
    QVERIFY(f.faceName().startsWith(QLatin1String("The server on this computer does not run")));
    f.button(QStringLiteral("Retry"))->click();
    QCOMPARE(f.deployment.refreshes, 1);
    Q_EMIT f.deployment.signedOut(QStringLiteral("401"));
    QSignalSpy signIn(f.window.get(), &MainWindow::signInRequested);
    f.button(QStringLiteral("Sign in"))->click();
    QCOMPARE(signIn.count(), 1);
    Q_EMIT f.deployment.serverReached(QStringLiteral("v0.1.0"), QStringLiteral("alice"));
    f.deployment.answer({});
    QVERIFY(f.faceName().startsWith(QLatin1String("No workspaces yet")));
  }

  void anEmptySearchOffersToClearIt() {
    Fixture f;
    f.fill();
    auto* search = f.window->findChild<QLineEdit*>();
    search->setText(QStringLiteral("no such thing"));
    QVERIFY2(f.faceName().startsWith(QStringLiteral("No match for “no such thing”")), qPrintable(f.faceName()));
    f.button(QStringLiteral("Clear filter"))->click();
    QCOMPARE(search->text(), QString());
    QCOMPARE(f.faceName(), QString());
  }

  void offlineIsABannerOverTheOldList() {
    Fixture f;
    f.fill();
    Q_EMIT f.deployment.unreachable(QStringLiteral("connection refused"));
    auto* page = f.window->findChild<WorkspacesPage*>();
    auto* banner = page->findChild<Banner*>();
    QVERIFY(banner->isVisible());
    QVERIFY2(banner->accessibleName().startsWith(QStringLiteral("Offline – shown as of ")),
             qPrintable(banner->accessibleName()));
    QCOMPARE(f.faceName(), QString());
    f.fill();
    QVERIFY(!banner->isVisible());
  }

  void keysRunTheRowsActions() {
    Fixture f;
    f.fill();
    QVERIFY(f.activate());
    QSignalSpy editor(f.window.get(), &MainWindow::editorRequested);
    QSignalSpy terminal(f.window.get(), &MainWindow::terminalRequested);
    f.window->select(f.key("quickstart"));
    auto* tree = f.window->findChild<WorkspacesPage*>()->findChild<RowTree*>();
    QCOMPARE(QApplication::focusWidget(), tree);  // as soon as there are rows
    QTest::keyClick(tree, Qt::Key_Return);
    QTest::keyClick(tree, Qt::Key_O, Qt::ControlModifier);
    QCOMPARE(editor.count(), 2);
    QTest::keyClick(tree, Qt::Key_T, Qt::ControlModifier);
    QCOMPARE(terminal.count(), 1);
    QTest::keyClick(tree, Qt::Key_S, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(f.deployment.builds == QList{Transition::Stop});
    QTest::keyClick(tree, Qt::Key_L, Qt::ControlModifier);
    QVERIFY(f.window->findChild<LogPage*>()->isVisible());
    QTest::keyClick(f.window.get(), Qt::Key_Left, Qt::AltModifier);
    QVERIFY(QTest::qWaitFor([tree] { return tree->isVisible(); }));  // the button is seen to go down first
    QTest::keyClick(tree, Qt::Key_F, Qt::ControlModifier);
    QCOMPARE(QApplication::focusWidget(), f.window->findChild<QLineEdit*>());
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
    QCOMPARE(QApplication::focusWidget(), tree);
    QTest::keyClick(tree, Qt::Key_3, Qt::ControlModifier);
    QVERIFY(f.window->findChild<TemplatesPage*>()->isVisible());
  }

  void everythingThatTakesTheFocusHasAName() {
    Fixture f;
    f.fill();
    QVERIFY(f.activate());
    int reached = 0;
    QWidget* at = f.window->findChild<WorkspacesPage*>()->findChild<RowTree*>();
    for (QWidget* next = at->nextInFocusChain(); next != at; next = next->nextInFocusChain()) {
      if (!next->isVisible() || !next->isEnabled() || !(next->focusPolicy() & Qt::TabFocus)) continue;
      ++reached;
      QAccessibleInterface* face = QAccessible::queryAccessibleInterface(next);
      const bool hasName = !face->text(QAccessible::Name).isEmpty();
      QVERIFY2(hasName, qPrintable(QStringLiteral("%1 %2").arg(QLatin1String(next->metaObject()->className()),
                                                               next->objectName())));
    }
    QVERIFY(reached >= 6);
  }

  void rowsAreReadOutWithTheirState() {
    Fixture f;
    f.fill();
    const QModelIndex index = f.presenter.model()->workspaceIndex(f.deployment.id(), f.key("mobile-build").workspaceId);
    const QString text = index.data(Qt::AccessibleTextRole).toString();
    QVERIFY2(text.startsWith(QLatin1String("mobile-build, Android builder, Failed")), qPrintable(text));
  }

  void survivesLargeTextAndLongNames() {
    applyDesign(false, 20);
    Fixture f;
    auto workspaces = sampleWorkspaces();
    workspaces.front().name = "a-workspace-with-quite-a-long-na";
    workspaces.front().template_display_name = std::string(200, 'x');
    f.deployment.answer(workspaces);
    f.window->resize(1600, 900);
    QCoreApplication::processEvents();
    QCOMPARE(cutText(*f.window), QString());
    auto* pane = f.window->findChild<DetailPane*>();
    if (pane->isVisible()) QVERIFY(pane->widget()->minimumSizeHint().width() <= pane->viewport()->width());
    applyDesign(false);
  }

  void theDetailPaneSaysHowAWorkspaceIsReached() {
    Fixture f;
    f.fill();
    f.window->resize(1280, 800);
    f.window->select(f.key("web-shop"));
    auto* pane = f.window->findChild<DetailPane*>();
    const auto lineOf = [pane](const char* name) {
      for (const AgentLine* line : pane->findChildren<AgentLine*>())
        if (line->accessibleName().startsWith(QLatin1String(name))) return line->accessibleName();
      return QString();
    };
    const auto shownText = [pane] {
      QCoreApplication::processEvents();
      QStringList texts;
      for (const QLabel* label : pane->findChildren<QLabel*>())
        if (label->isVisibleTo(pane)) texts.append(label->text());
      return texts.join(QLatin1Char('\n'));
    };
    QCOMPARE(lineOf("main"), QStringLiteral("main, ready, linux amd64"));
    QVERIFY(shownText().contains(QStringLiteral("Not connected.")));

    feedConnections(*f.presenter.connections(), f.deployment.id());
    QCOMPARE(lineOf("main"), QStringLiteral("main, ready, linux amd64, relayed 41 ms via Berlin"));
    QCOMPARE(lineOf("db"), QStringLiteral("db, ready, linux amd64"));
    QVERIFY(!shownText().contains(QStringLiteral("Not connected.")));
    QVERIFY2(shownText().contains(QStringLiteral("in ")) && shownText().contains(QStringLiteral("60 s ago")),
             qPrintable(shownText()));

    // Figures change every second: in place, or focus and selection would go each time.
    auto* traffic = pane->findChild<TrafficView*>();
    f.presenter.connections()->update(f.deployment.id(), {});
    QCOMPARE(pane->findChild<TrafficView*>(), traffic);
    QVERIFY(shownText().contains(QStringLiteral("Not connected.")));

    f.window->select(f.key("payments-api"));
    QVERIFY2(pane->findChild<TrafficView*>() == nullptr, "a stopped workspace has no traffic to speak of");
  }

  void theConnectionsOfAServerGoWithIt() {
    Fixture f;
    f.fill();
    feedConnections(*f.presenter.connections(), f.deployment.id());
    const QString agent = QString::fromStdString(uuidOf("web-shop.main").toString());
    QVERIFY(f.presenter.connections()->find(f.deployment.id(), agent) != nullptr);
    ScriptedDeployment* other = new ScriptedDeployment(QStringLiteral("other"), QStringLiteral("other"));
    f.presenter.addDeployment(other);
    feedConnections(*f.presenter.connections(), other->id());
    delete other;
    QVERIFY(f.presenter.connections()->find(QStringLiteral("other"), agent) == nullptr);
  }

  void aRefusedCreationKeepsTheForm() {
    Fixture f;
    f.fill();
    f.deployment.refusal = Error(ErrorCode::AlreadyExists, "Workspace \"web\" already exists.");
    f.window->newWorkspace();
    auto* dialog = f.window->findChild<CreateWorkspaceDialog*>();
    dialog->findChild<QLineEdit*>()->setText(QStringLiteral("web"));
    dialog->findChild<PrimaryButton*>()->click();
    QVERIFY(dialog->isVisible());
    f.deployment.refusal.reset();
    dialog->findChild<PrimaryButton*>()->click();
    QVERIFY(!dialog->isVisible());
    QCOMPARE(f.deployment.created, QStringList({QStringLiteral("web"), QStringLiteral("web")}));
  }

  void namesAreCheckedAsTheServerDoes() {
    QCOMPARE(CreateWorkspaceDialog::problemOf(QStringLiteral("web-shop-2")), QString());
    for (const char* bad : {"two words", "-web", "web-", "a--b", "web_shop", "name-that-is-longer-than-32-letters"})
      QVERIFY2(!CreateWorkspaceDialog::problemOf(QString::fromLatin1(bad)).isEmpty(), bad);
  }

  void closingHidesOnlyWhereATrayIs() {
    Fixture f;
    QSignalSpy hidden(f.window.get(), &MainWindow::hiddenToTray);
    QSignalSpy quit(f.window.get(), &MainWindow::quitRequested);
    f.window->setKeepsRunning([] { return true; });
    f.window->close();
    QCOMPARE(hidden.count(), 1);
    f.window->show();
    f.window->setKeepsRunning([] { return false; });
    f.window->close();
    QCOMPARE(quit.count(), 1);
  }

  void theTrayOffersWhatEachWorkspaceAllows() {
    Fixture f;
    TrayMenu tray(f.presenter);
    QCOMPARE(tray.state(), TrayMenu::State::Connecting);
    f.fill();
    QCOMPARE(tray.headline(), QStringLiteral("Berth: 3 running, 1 need you"));
    QCOMPARE(tray.state(), TrayMenu::State::Attention);
    QMap<QString, QAction*> top;
    for (QAction* action : tray.menu()->actions()) top.insert(action->text(), action);
    QVERIFY(top.contains(QStringLiteral("infra-lab (starting)")));
    QMenu* running = top.value(QStringLiteral("quickstart"))->menu();
    QSignalSpy editor(&tray, &TrayMenu::editorRequested);
    running->actions().first()->trigger();
    QCOMPARE(editor.count(), 1);
    for (QAction* action : running->actions())
      if (action->text() == QLatin1String("Stop")) action->trigger();
    QMenu* stopped = top.value(QStringLiteral("Stopped"))->menu();
    stopped->actions().first()->menu()->actions().first()->trigger();
    QVERIFY(f.deployment.builds == (QList{Transition::Stop, Transition::Start}));
    Q_EMIT f.deployment.unreachable(QStringLiteral("connection refused"));
    QCOMPARE(tray.state(), TrayMenu::State::Offline);
  }
};

QTEST_MAIN(MainWindowTest)
#include "MainWindowTest.moc"

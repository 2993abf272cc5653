#include <QSignalSpy>
#include <QTest>

#include "tests/ui/ScriptedDeployment.h"
#include "ui/presenters/BuildNotice.h"
#include "ui/presenters/WorkspacesPresenter.h"

using namespace berth;
using namespace berth::ui;

namespace {

const std::string kName = "quickstart";

WorkspaceKey keyOf(const std::string& name) {
  return {QStringLiteral("local"), QString::fromStdString(WorkspaceId(uuidOf(name)).toString())};
}

// A presenter over one scripted deployment.
struct Fixture {
  ScriptedDeployment deployment;
  WorkspacesPresenter presenter;
  Fixture() { presenter.addDeployment(&deployment); }
  void show(WorkspaceStatus status, std::int64_t number) { deployment.answer({workspaceOf(kName, status, number)}); }
};

}  // namespace

class WorkspacesPresenterTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QTest::failOnWarning(); }

  void saysOnceThatABuildEnded() {
    Fixture f;
    QSignalSpy ended(&f.presenter, &WorkspacesPresenter::buildEnded);
    f.show(WorkspaceStatus::Starting, 1);
    QCOMPARE(f.presenter.changing().size(), 1);
    f.show(WorkspaceStatus::Running, 1);
    f.show(WorkspaceStatus::Running, 1);
    QCOMPARE(ended.count(), 1);
    QCOMPARE(f.presenter.runningCount(), 1);
  }

  void startStopAndDeleteAskForTheirTransition() {
    Fixture f;
    f.show(WorkspaceStatus::Stopped, 1);
    f.presenter.start(keyOf(kName));
    f.presenter.stop(keyOf(kName));
    f.presenter.remove(keyOf(kName));
    QVERIFY(f.deployment.builds == (QList{Transition::Start, Transition::Stop, Transition::Delete}));
    f.show(WorkspaceStatus::Starting, 2);
    f.presenter.cancel(keyOf(kName));
    QCOMPARE(f.deployment.cancelled.size(), 1);
  }

  void restartStopsAndThenStarts() {
    Fixture f;
    QSignalSpy ended(&f.presenter, &WorkspacesPresenter::buildEnded);
    f.show(WorkspaceStatus::Running, 1);
    f.presenter.restart(keyOf(kName));
    f.show(WorkspaceStatus::Stopping, 2);
    f.show(WorkspaceStatus::Stopped, 2);
    QVERIFY(f.deployment.builds == (QList{Transition::Stop, Transition::Start}));
    QCOMPARE(ended.count(), 0);
  }

  void aDeletedWorkspaceLeavesTheListWithANotice() {
    Fixture f;
    QSignalSpy ended(&f.presenter, &WorkspacesPresenter::buildEnded);
    f.show(WorkspaceStatus::Stopped, 1);
    f.presenter.remove(keyOf(kName));
    f.deployment.answer({});  // gone between two looks
    QCOMPARE(f.presenter.model()->workspaceCount(), 0);
    QCOMPARE(ended.count(), 1);
    QCOMPARE(noticeOf(ended[0][1].value<WorkspaceItem>())->title, QStringLiteral("quickstart is deleted"));
  }

  void aRefusedActionSaysWhatAndWhy() {
    Fixture f;
    f.deployment.refusal = Error(ErrorCode::Conflict, "A workspace build is already active.");
    f.show(WorkspaceStatus::Running, 1);
    QSignalSpy failures(&f.presenter, &WorkspacesPresenter::failed);
    f.presenter.stop(keyOf(kName));
    QCOMPARE(failures.count(), 1);
    QCOMPARE(failures[0][0].toString(), QStringLiteral("quickstart could not be stopped"));
    QCOMPARE(failures[0][1].toString(), QStringLiteral("A workspace build is already active."));
  }

  void offlineKeepsTheListAndSaysItIsOld() {
    Fixture f;
    f.show(WorkspaceStatus::Running, 1);
    Q_EMIT f.deployment.unreachable(QStringLiteral("connection refused"));
    const WorkspaceModel* model = f.presenter.model();
    QCOMPARE(model->workspaceCount(), 1);
    const QModelIndex index = model->workspaceIndex(QStringLiteral("local"), keyOf(kName).workspaceId);
    QVERIFY(index.data(WorkspaceModel::StaleRole).toBool());
    const QString detail =
        index.siblingAtColumn(WorkspaceModel::StatusColumn).data(WorkspaceModel::SecondLineRole).toString();
    QVERIFY2(detail.startsWith(QLatin1String("as of ")), qPrintable(detail));
    QCOMPARE(f.presenter.deployments().first().error, QStringLiteral("connection refused"));
    f.presenter.retry();
    QCOMPARE(f.deployment.refreshes, 1);
    Q_EMIT f.deployment.serverReached(QStringLiteral("v0.1.0"), QStringLiteral("alice"));
    QVERIFY(!index.data(WorkspaceModel::StaleRole).toBool());
  }

  void theLogFollowsTheNewestBuild() {
    Fixture f;
    const auto first = workspaceOf(kName, WorkspaceStatus::Running, 1);
    f.deployment.answer({first});
    f.presenter.showLog(keyOf(kName));
    QVERIFY(f.deployment.followed == QList{first.latest_build.id});
    const auto second = workspaceOf(kName, WorkspaceStatus::Stopping, 2);
    f.deployment.answer({second});
    QVERIFY(f.deployment.followed == QList{second.latest_build.id});
    const auto line = logLine(1, "Planning", "Plan: 1 to add");
    f.deployment.sendLog(second.latest_build.id, {line, line});  // the same line twice
    QCOMPARE(f.presenter.log()->rowCount(), 2);                  // head and line
    f.presenter.hideLog();
    QVERIFY(f.deployment.followed.isEmpty());
  }

  void aLogThatEndsBeforeTheListKnowsStillShowsTheFailure() {
    Fixture f;
    f.show(WorkspaceStatus::Starting, 1);
    f.presenter.showLog(keyOf(kName));
    const BuildId build = f.deployment.followed.first();
    f.deployment.sendLog(build, {logLine(1, "Applying", "Error: no such image", LogLevel::Error)});
    Q_EMIT f.deployment.logEnded(QString::fromStdString(build.toString()));
    f.show(WorkspaceStatus::Failed, 1);
    QCOMPARE(f.presenter.log()->phases().last().role, Role::Failed);
  }

  void noticesSayHowItWent_data() {
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("title");
    QTest::addColumn<QStringList>("actions");
    const auto row = [](WorkspaceStatus status, const char* title, const QStringList& actions) {
      QTest::newRow(title) << static_cast<int>(status) << QString::fromLatin1(title) << actions;
    };
    const QString open = QStringLiteral("Open in VS Code");
    const QString log = QStringLiteral("Show log");
    const QString again = QStringLiteral("Start again");
    row(WorkspaceStatus::Running, "quickstart is running", {open, log});
    row(WorkspaceStatus::Stopped, "quickstart is stopped", {again});
    row(WorkspaceStatus::Failed, "quickstart failed: start", {log, again});
    row(WorkspaceStatus::Canceled, "quickstart was cancelled", {log});
    row(WorkspaceStatus::Starting, "", {});
  }

  void noticesSayHowItWent() {
    QFETCH(int, status);
    QFETCH(QString, title);
    QFETCH(QStringList, actions);
    const auto notice = noticeOf(toWorkspaceItem(workspaceOf(kName, static_cast<WorkspaceStatus>(status))));
    QCOMPARE(notice ? notice->title : QString(), title);
    QStringList labels;
    if (notice)
      for (const NoticeAction action : notice->actions) labels.append(labelOf(action));
    QCOMPARE(labels, actions);
  }
};

QTEST_MAIN(WorkspacesPresenterTest)
#include "WorkspacesPresenterTest.moc"

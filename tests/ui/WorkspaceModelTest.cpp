#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "ui/models/WorkspaceFilter.h"
#include "ui/models/WorkspaceModel.h"

using namespace berth;
using namespace berth::ui;

namespace {

WorkspaceItem item(const QString& name, WorkspaceStatus status) {
  WorkspaceItem made;
  made.id = QStringLiteral("id-") + name;
  made.name = name;
  made.status = status;
  return made;
}

DeploymentItem local() {
  DeploymentItem deployment;
  deployment.id = QStringLiteral("local");
  deployment.name = QStringLiteral("This computer");
  return deployment;
}

api::Workspace runningWorkspace(AgentStatus agentStatus, AgentLifecycle lifecycle) {
  api::WorkspaceAgent agent;
  agent.status = agentStatus;
  agent.lifecycle_state = lifecycle;
  api::WorkspaceResource resource;
  resource.agents = std::vector{agent};
  api::Workspace workspace;
  workspace.name = "quickstart";
  workspace.latest_build.status = WorkspaceStatus::Running;
  workspace.latest_build.job.status = JobStatus::Succeeded;
  workspace.latest_build.resources = {resource};
  return workspace;
}

}  // namespace

class WorkspaceModelTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QTest::failOnWarning(); }

  void updatesChangeExactlyTheRowsThatDiffer() {
    WorkspaceModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setDeployment(local());
    const QString id = local().id;
    model.setWorkspaces(
        id, {item(QStringLiteral("a"), WorkspaceStatus::Running), item(QStringLiteral("b"), WorkspaceStatus::Stopped)});
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    QSignalSpy removals(&model, &QAbstractItemModel::rowsRemoved);
    QSignalSpy insertions(&model, &QAbstractItemModel::rowsInserted);
    const QPersistentModelIndex kept = model.workspaceIndex(id, QStringLiteral("id-b"));
    model.setWorkspaces(id, {item(QStringLiteral("b"), WorkspaceStatus::Starting),
                             item(QStringLiteral("c"), WorkspaceStatus::Stopped)});
    QCOMPARE(resets.count(), 0);
    QCOMPARE(removals.count(), 1);
    QCOMPARE(insertions.count(), 1);
    QVERIFY(model.workspace(kept)->status == WorkspaceStatus::Starting);
    QCOMPARE(model.workspaceCount(), 2);
  }

  void filterKeepsDeploymentsAndHidesTheRest() {
    WorkspaceModel model;
    model.setDeployment(local());
    model.setWorkspaces(local().id, {item(QStringLiteral("web"), WorkspaceStatus::Running),
                                     item(QStringLiteral("db"), WorkspaceStatus::Failed)});
    WorkspaceFilter filter;
    QAbstractItemModelTester tester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
    filter.setSourceModel(&model);
    filter.setKind(WorkspaceFilter::Kind::Failed);
    QCOMPARE(filter.rowCount(), 1);
    QCOMPARE(filter.rowCount(filter.index(0, 0)), 1);
    filter.setText(QStringLiteral("WEB"));
    QCOMPARE(filter.rowCount(filter.index(0, 0)), 0);
    QCOMPARE(WorkspaceFilter::count(model, WorkspaceFilter::Kind::Running), 1);
  }

  void aRunningWorkspaceIsAsWellAsItsAgent() {
    auto ready = toWorkspaceItem(runningWorkspace(AgentStatus::Connected, AgentLifecycle::Ready));
    QCOMPARE(ready.role, Role::Running);
    QVERIFY(ready.canStop() && !ready.canStart());
    auto lost = toWorkspaceItem(runningWorkspace(AgentStatus::Disconnected, AgentLifecycle::Ready));
    QCOMPARE(lost.role, Role::Attention);
    QCOMPARE(lost.statusDetail, QStringLiteral("connection lost"));
    auto starting = toWorkspaceItem(runningWorkspace(AgentStatus::Connected, AgentLifecycle::Starting));
    QCOMPARE(starting.role, Role::Starting);
  }

  void aFailedBuildSaysWhy() {
    api::Workspace workspace;
    workspace.latest_build.status = WorkspaceStatus::Failed;
    workspace.latest_build.job.status = JobStatus::Failed;
    workspace.latest_build.job.error = "terraform plan: exit status 1\nmore";
    const auto failed = toWorkspaceItem(workspace);
    QCOMPARE(failed.statusDetail, QStringLiteral("terraform plan: exit status 1"));
    QVERIFY(failed.canStart());
  }

  void relativeTimesReadNaturally() {
    const QDateTime now(QDate(2026, 11, 24), QTime(14, 0));
    QCOMPARE(relativeTime(now.addSecs(-20), now), QStringLiteral("now"));
    QCOMPARE(relativeTime(now.addSecs(-240), now), QStringLiteral("4 min ago"));
    QCOMPARE(relativeTime(now.addSecs(-5 * 3600), now), QStringLiteral("5 h ago"));
    QCOMPARE(relativeTime(now.addDays(-1), now), QStringLiteral("yesterday"));
    QCOMPARE(relativeTime(now.addDays(-3), now), QStringLiteral("3 days ago"));
    QCOMPARE(relativeTime({}, now), QStringLiteral("never"));
    QCOMPARE(durationText(125), QStringLiteral("2 min 5 s"));
  }
};

QTEST_MAIN(WorkspaceModelTest)
#include "WorkspaceModelTest.moc"

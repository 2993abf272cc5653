#include <QSignalSpy>
#include <QTest>

#include "ui/presenters/WorkspacesPresenter.h"

using namespace berth;
using namespace berth::ui;

namespace {

// A deployment whose answers the test gives; it remembers what it was asked to do.
class ScriptedDeployment final : public Deployment {
 public:
  QString id() const override { return QStringLiteral("local"); }
  QString name() const override { return QStringLiteral("This computer"); }
  QString url() const override { return QStringLiteral("http://127.0.0.1:1"); }
  bool isLocal() const override { return true; }
  void start() override {}
  void refresh() override {}
  void build(WorkspaceId, Transition transition, Reply reply) override {
    builds.append(transition);
    if (refusal)
      reply(std::unexpected(*refusal));
    else
      reply({});
  }
  void cancelBuild(BuildId, Reply reply) override { reply({}); }
  void create(api::CreateWorkspaceRequest request, Reply reply) override {
    created = QString::fromStdString(request.name);
    reply({});
  }
  void followLog(BuildId build) override { followed.append(build); }
  void unfollowLog(BuildId build) override { followed.removeOne(build); }

  void answer(api::Workspace workspace) {
    Q_EMIT workspacesReceived(std::make_shared<const std::vector<api::Workspace>>(1, std::move(workspace)));
  }

  QList<Transition> builds;
  QList<BuildId> followed;
  QString created;
  std::optional<Error> refusal;
};

api::Workspace workspace(WorkspaceStatus status, JobStatus job, std::int64_t number) {
  api::Workspace made;
  made.id = *WorkspaceId::parse("c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f");
  made.name = "quickstart";
  made.latest_build.status = status;
  made.latest_build.job.status = job;
  made.latest_build.build_number = number;
  made.latest_build.id = BuildId::random();
  return made;
}

const WorkspaceKey kKey{QStringLiteral("local"), QStringLiteral("c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f")};

}  // namespace

class WorkspacesPresenterTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QTest::failOnWarning(); }

  void saysOnceThatABuildEnded() {
    WorkspacesPresenter presenter;
    ScriptedDeployment deployment;
    presenter.addDeployment(&deployment);
    QSignalSpy ended(&presenter, &WorkspacesPresenter::buildEnded);
    deployment.answer(workspace(WorkspaceStatus::Starting, JobStatus::Running, 1));
    QCOMPARE(presenter.changing().size(), 1);
    const auto running = workspace(WorkspaceStatus::Running, JobStatus::Succeeded, 1);
    deployment.answer(running);
    deployment.answer(running);
    QCOMPARE(ended.count(), 1);
    QCOMPARE(presenter.runningCount(), 1);
  }

  void restartStopsAndThenStarts() {
    WorkspacesPresenter presenter;
    ScriptedDeployment deployment;
    presenter.addDeployment(&deployment);
    QSignalSpy ended(&presenter, &WorkspacesPresenter::buildEnded);
    deployment.answer(workspace(WorkspaceStatus::Running, JobStatus::Succeeded, 1));
    presenter.restart(kKey);
    deployment.answer(workspace(WorkspaceStatus::Stopping, JobStatus::Running, 2));
    deployment.answer(workspace(WorkspaceStatus::Stopped, JobStatus::Succeeded, 2));
    QVERIFY(deployment.builds == (QList{Transition::Stop, Transition::Start}));
    QCOMPARE(ended.count(), 0);
  }

  void aRefusedActionSaysWhatAndWhy() {
    WorkspacesPresenter presenter;
    ScriptedDeployment deployment;
    deployment.refusal = Error(ErrorCode::Conflict, "A workspace build is already active.");
    presenter.addDeployment(&deployment);
    deployment.answer(workspace(WorkspaceStatus::Running, JobStatus::Succeeded, 1));
    QSignalSpy failures(&presenter, &WorkspacesPresenter::failed);
    presenter.stop(kKey);
    QCOMPARE(failures.count(), 1);
    QCOMPARE(failures[0][0].toString(), QStringLiteral("quickstart could not be stopped"));
    QCOMPARE(failures[0][1].toString(), QStringLiteral("A workspace build is already active."));
  }

  void theLogFollowsTheNewestBuild() {
    WorkspacesPresenter presenter;
    ScriptedDeployment deployment;
    presenter.addDeployment(&deployment);
    const auto first = workspace(WorkspaceStatus::Running, JobStatus::Succeeded, 1);
    deployment.answer(first);
    presenter.showLog(kKey);
    QVERIFY(deployment.followed == QList{first.latest_build.id});
    const auto second = workspace(WorkspaceStatus::Stopping, JobStatus::Running, 2);
    deployment.answer(second);
    QVERIFY(deployment.followed == QList{second.latest_build.id});
    api::ProvisionerJobLog line;
    line.id = 1;
    line.stage = "Planning Infrastructure";
    line.output = "Plan: 1 to add";
    const auto lines = std::make_shared<const std::vector<api::ProvisionerJobLog>>(2, line);  // the same line twice
    Q_EMIT deployment.logReceived(QString::fromStdString(second.latest_build.id.toString()), lines);
    QCOMPARE(presenter.log()->rowCount(), 2);  // head and line
    presenter.hideLog();
    QVERIFY(deployment.followed.isEmpty());
  }
};

QTEST_MAIN(WorkspacesPresenterTest)
#include "WorkspacesPresenterTest.moc"

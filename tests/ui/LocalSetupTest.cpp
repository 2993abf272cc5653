// The first run on this computer, over a server, an account and a deployment that the test plays.
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/ui/ScriptedDeployment.h"
#include "ui/presenters/LocalSetup.h"

using namespace berth;
using namespace berth::ui;

namespace {

const std::string kName = LocalSetup::kWorkspaceName;

class FakeServer final : public LocalServer {
 public:
  void start() override { ++starts; }
  int starts = 0;
};

class FakeSignIn final : public SignIn {
 public:
  using SignIn::SignIn;
  void asFirstUser(const QString&, const QString& user, const Secret& password, TokenReply reply) override {
    users.append(user);
    passwords.push_back(std::string(password.reveal()));
    if (refusal)
      reply(std::unexpected(*refusal));
    else
      reply(Secret("token"));
  }
  QStringList users;
  std::vector<std::string> passwords;
  std::optional<Error> refusal;
};

class FakeKeyring final : public Keyring {
 public:
  void read(const QString& key, ReadReply done) override {
    const auto found = entries.find(key);
    if (found != entries.end()) return done(KeyringAnswer::Found, found->second);
    done(state, Secret());
  }
  void write(const QString& key, const Secret& value, std::function<void(bool)> done) override {
    if (state == KeyringAnswer::Missing) entries.emplace(key, value);
    done(state == KeyringAnswer::Missing);
  }
  KeyringAnswer state = KeyringAnswer::Missing;  // to a question for what is not there
  std::map<QString, Secret> entries;
};

struct Fixture {
  QTemporaryDir directory;
  CoreThread thread;
  FakeServer server;
  FakeSignIn signIn{thread};
  FakeKeyring keyring;
  LocalAccount account{signIn, keyring, directory.filePath(QStringLiteral("data/first-user-password"))};
  ScriptedDeployment deployment;
  WorkspacesPresenter presenter;
  LocalSetup setup{server, account, presenter};
  QSignalSpy finished{&setup, &LocalSetup::finished};
  QSignalSpy failed{&setup, &LocalSetup::failed};

  Fixture() {
    QObject::connect(&setup, &LocalSetup::signedIn, &presenter, [this] {
      if (presenter.deployment(deployment.id()) == nullptr) presenter.addDeployment(&deployment);
    });
  }

  StepState stateOf(const char* step) { return setup.list()->find(QString::fromLatin1(step))->state; }
  QString detailOf(const char* step) { return setup.list()->find(QString::fromLatin1(step))->detail; }
  void show(WorkspaceStatus status, std::int64_t number) { deployment.answer({workspaceOf(kName, status, number)}); }
  void addTemplate() {
    deployment.pendingImport({});
    deployment.answerTemplates({templateOf("docker", "Docker container", "A container")});
  }
  // Up to the moment when the workspace has been asked for.
  void reachWorkspace() {
    setup.start();
    Q_EMIT server.ready();
    deployment.answer({});
    addTemplate();
  }
};

}  // namespace

class LocalSetupTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QTest::failOnWarning(); }

  void goesFromNothingToAReadyWorkspace() {
    Fixture f;
    f.setup.start();
    QCOMPARE(f.server.starts, 1);
    QCOMPARE(f.stateOf("server"), StepState::Running);
    Q_EMIT f.server.ready();
    QCOMPARE(f.stateOf("user"), StepState::Done);
    QCOMPARE(f.detailOf("user"), QStringLiteral("password kept in the desktop keyring"));
    QCOMPARE(f.deployment.imported, QStringList(QStringLiteral("docker")));
    QCOMPARE(f.detailOf("template"), QStringLiteral("Setting up"));
    f.deployment.answer({});
    f.addTemplate();
    QCOMPARE(f.deployment.created, QStringList(QStringLiteral("quickstart")));
    f.show(WorkspaceStatus::Starting, 1);
    QCOMPARE(f.stateOf("workspace"), StepState::Running);
    f.show(WorkspaceStatus::Running, 1);
    QCOMPARE(f.stateOf("ready"), StepState::Done);
    QCOMPARE(f.finished.count(), 1);
    QVERIFY(!f.setup.isRunning());
  }

  void waitsForTheAgentAndItsScripts() {
    Fixture f;
    f.reachWorkspace();
    auto workspace = workspaceOf(kName, WorkspaceStatus::Running);
    auto& agent = workspace.latest_build.resources[0].agents->front();
    agent.status = AgentStatus::Connecting;
    f.deployment.answer({workspace});
    QCOMPARE(f.stateOf("agent"), StepState::Running);
    agent.status = AgentStatus::Disconnected;  // as after a restart of the server
    f.deployment.answer({workspace});
    QCOMPARE(f.stateOf("agent"), StepState::Running);
    QCOMPARE(f.detailOf("agent"), QStringLiteral("connection lost"));
    agent.status = AgentStatus::Connected;
    agent.lifecycle_state = AgentLifecycle::Starting;
    f.deployment.answer({workspace});
    QCOMPARE(f.stateOf("agent"), StepState::Done);
    QCOMPARE(f.stateOf("ready"), StepState::Running);
    agent.lifecycle_state = AgentLifecycle::Ready;
    f.deployment.answer({workspace});
    QCOMPARE(f.finished.count(), 1);
  }

  void withoutAKeyringThePasswordIsKeptInAPrivateFile() {
    Fixture f;
    f.keyring.state = KeyringAnswer::Absent;
    f.setup.start();
    Q_EMIT f.server.ready();
    const QFileInfo file(f.account.passwordFile());
    QVERIFY(file.exists());
    QCOMPARE(file.permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
    QVERIFY2(f.detailOf("user").contains(file.filePath()), qPrintable(f.detailOf("user")));
    f.setup.cancel();
    f.setup.start();
    Q_EMIT f.server.ready();
    QCOMPARE(f.signIn.passwords.size(), std::size_t(2));
    QCOMPARE(f.signIn.passwords[0], f.signIn.passwords[1]);
  }

  void aLockedKeyringIsNotTakenForASignOut() {
    Fixture f;
    f.keyring.state = KeyringAnswer::Refused;
    f.setup.start();
    Q_EMIT f.server.ready();
    QCOMPARE(f.stateOf("user"), StepState::Failed);
    QVERIFY2(f.detailOf("user").contains(QLatin1String("locked")), qPrintable(f.detailOf("user")));
    QVERIFY(f.signIn.users.isEmpty());
  }

  void aServerThatDoesNotStartStopsTheSetUpAndMayBeTriedAgain() {
    Fixture f;
    f.setup.start();
    Q_EMIT f.server.failed(QStringLiteral("Port 7080 is used by another program."));
    QCOMPARE(f.failed.count(), 1);
    QCOMPARE(f.stateOf("server"), StepState::Failed);
    QVERIFY(!f.setup.isRunning());
    f.setup.start();
    QCOMPARE(f.server.starts, 2);
    QCOMPARE(f.stateOf("server"), StepState::Running);
  }

  void aTemplateThatCannotBeImportedSaysWhy() {
    Fixture f;
    f.setup.start();
    Q_EMIT f.server.ready();
    f.deployment.pendingImport(std::unexpected(Error(ErrorCode::Unavailable, "main.tf:3: Unsupported block type")));
    QCOMPARE(f.stateOf("template"), StepState::Failed);
    QCOMPARE(f.detailOf("template"), QStringLiteral("main.tf:3: Unsupported block type"));
  }

  void aFailedBuildStopsAndTheNextTryStartsItAgain() {
    Fixture f;
    f.reachWorkspace();
    f.show(WorkspaceStatus::Starting, 1);
    f.show(WorkspaceStatus::Failed, 1);
    QCOMPARE(f.failed.count(), 1);
    QCOMPARE(f.stateOf("workspace"), StepState::Failed);
    f.setup.start();
    Q_EMIT f.server.ready();
    f.addTemplate();
    f.show(WorkspaceStatus::Failed, 1);  // the server's list from before it heard of the new start
    QVERIFY(f.deployment.builds == QList{Transition::Start});
    f.show(WorkspaceStatus::Failed, 1);
    QVERIFY(f.setup.isRunning());
    f.show(WorkspaceStatus::Running, 2);
    QCOMPARE(f.finished.count(), 1);
  }

  void cancellingAsksTheServerToEndTheBuild() {
    Fixture f;
    f.reachWorkspace();
    f.show(WorkspaceStatus::Starting, 1);
    f.setup.cancel();
    QVERIFY(!f.setup.isRunning());
    QCOMPARE(f.deployment.cancelled.size(), 1);
    f.show(WorkspaceStatus::Canceled, 1);
    QCOMPARE(f.failed.count(), 0);
  }

  void answersToACancelledRunArePassedOver() {
    Fixture f;
    f.setup.start();
    Q_EMIT f.server.ready();
    const Reply old = f.deployment.pendingImport;
    f.setup.cancel();
    f.setup.start();
    Q_EMIT f.server.ready();
    old(std::unexpected(Error(ErrorCode::Unavailable, "too late")));
    QCOMPARE(f.failed.count(), 0);
    QCOMPARE(f.stateOf("template"), StepState::Running);
  }
};

QTEST_MAIN(LocalSetupTest)
#include "LocalSetupTest.moc"

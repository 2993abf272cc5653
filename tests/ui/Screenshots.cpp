// Writes pictures of the app's real windows over scripted workspaces: Screenshots DIRECTORY [--all]. The build target
// `screenshots` runs it under a virtual display into resources/screenshots; with --all it takes every page and state,
// for looking at. Exits with 1 when a picture can't be made.
#include <QApplication>
#include <QDir>
#include <QTest>
#include <QTranslator>
#include <cstdio>

#include "tests/ui/Palettes.h"
#include "tests/ui/SampleWorkspaces.h"
#include "ui/views/FirstRunWindow.h"
#include "ui/views/MainWindow.h"

using namespace berth;
using namespace berth::ui;

namespace {

constexpr QSize kWindow(1120, 640);
constexpr qint64 kMostBytes = 150 * 1024;  // for a README

bool save(const QPixmap& picture, const QString& path) {
  if (!picture.toImage().convertToFormat(QImage::Format_RGB888).save(path, "PNG", 0)) {
    std::fprintf(stderr, "%s cannot be written\n", qPrintable(path));
    return false;
  }
  const qint64 size = QFileInfo(path).size();
  if (size > kMostBytes) {
    std::fprintf(stderr, "%s has %lld bytes, more than the %lld that a README can bear\n", qPrintable(path),
                 static_cast<long long>(size), static_cast<long long>(kMostBytes));
    return false;
  }
  std::printf("%s, %lld bytes\n", qPrintable(path), static_cast<long long>(size));
  return true;
}

// The window over one scripted server.
struct Stage {
  ScriptedDeployment deployment;
  WorkspacesPresenter presenter;
  std::unique_ptr<MainWindow> window;

  Stage() {
    presenter.addDeployment(&deployment);
    window = std::make_unique<MainWindow>(presenter);
    window->resize(kWindow);
  }
  void fill() {
    Q_EMIT deployment.serverReached(QStringLiteral("v0.1.0"), QStringLiteral("alice"));
    deployment.answerTemplates(sampleTemplates());
    deployment.answer(sampleWorkspaces());
    feedConnections(*presenter.connections(), deployment.id());
  }
  WorkspaceKey key(const char* name) const {
    return {deployment.id(), QString::fromStdString(WorkspaceId(uuidOf(name)).toString())};
  }
};

bool present(QWidget& window) {
  window.show();
  if (!QTest::qWaitForWindowExposed(&window)) return false;
  window.activateWindow();
  if (!QTest::qWaitForWindowActive(&window)) return false;
  QCoreApplication::processEvents();
  return true;
}

bool takeWorkspaces(const QString& path) {
  Stage stage;
  stage.fill();
  stage.window->select(stage.key("quickstart"));
  stage.window->focusList();
  return present(*stage.window) && stage.presenter.runningCount() > 0 && save(stage.window->grab(), path);
}

bool takeState(const QString& path, const std::function<void(Stage&)>& arrange) {
  Stage stage;
  arrange(stage);
  return present(*stage.window) && save(stage.window->grab(), path);
}

bool takeFirstRun(const QString& path, bool isServer) {
  CoreThread thread;
  LocalServer server;
  Keyring keyring;
  SignIn signIn(thread);
  ServerSignIn serverSignIn(signIn);
  LocalAccount account(signIn, keyring, QStringLiteral("/nonexistent"));
  WorkspacesPresenter presenter;
  LocalChecks checks(server, QStringLiteral("/nonexistent/docker.sock"));
  LocalSetup setup(server, account, presenter);
  FirstRunWindow window(checks, setup, serverSignIn, *presenter.log());
  if (isServer) window.showServer(QStringLiteral("http://coder.example.com"));
  const auto isChecked = [&] {
    return checks.list()->count(StepState::Done) + checks.list()->count(StepState::Failed) >= 4;
  };
  return present(window) && QTest::qWaitFor(isChecked, 5000) && save(window.grab(), path);
}

bool takeLog(const QString& path, bool hasFailed) {
  Stage stage;
  stage.fill();
  const char* name = hasFailed ? "mobile-build" : "infra-lab";
  stage.window->showLog(stage.key(name));
  const BuildId build = stage.deployment.followed.first();
  stage.deployment.sendLog(build, sampleLog());
  if (hasFailed) {
    stage.deployment.sendLog(build,
                             {logLine(9, "Starting workspace", "image android-sdk:35 was not found", LogLevel::Error)});
    Q_EMIT stage.deployment.logEnded(QString::fromStdString(build.toString()));
  }
  return present(*stage.window) && save(stage.window->grab(), path);
}

bool takeDialog(const QString& path) {
  Stage stage;
  stage.fill();
  if (!present(*stage.window)) return false;
  stage.window->newWorkspace();
  auto* dialog = stage.window->findChild<QDialog*>();
  dialog->findChild<QLineEdit*>()->setText(QStringLiteral("two words"));
  return present(*dialog) && save(dialog->grab(), path);
}

bool takeAll(const QDir& directory, const QString& theme) {
  const auto path = [&](const char* name) {
    return directory.filePath(QStringLiteral("%1-%2.png").arg(QLatin1String(name), theme));
  };
  return takeFirstRun(path("first-run"), false) && takeFirstRun(path("server"), true) && takeLog(path("log"), false) &&
         takeLog(path("log-failed"), true) && takeDialog(path("new-workspace")) &&
         takeState(path("templates"),
                   [](Stage& stage) {
                     stage.fill();
                     stage.window->showTemplates();
                   }) &&
         takeState(path("empty"),
                   [](Stage& stage) {
                     Q_EMIT stage.deployment.serverReached(QStringLiteral("v0.1.0"), QStringLiteral("alice"));
                     stage.deployment.answer({});
                   }) &&
         takeState(path("relayed"),
                   [](Stage& stage) {
                     stage.fill();
                     stage.window->select(stage.key("web-shop"));
                   }) &&
         takeState(path("not-connected"),
                   [](Stage& stage) {
                     stage.fill();
                     stage.window->select(stage.key("berth-docs"));
                   }) &&
         takeState(path("unreachable"),
                   [](Stage& stage) { Q_EMIT stage.deployment.unreachable(QStringLiteral("connection refused")); }) &&
         takeState(path("offline"),
                   [](Stage& stage) {
                     stage.fill();
                     Q_EMIT stage.deployment.unreachable(QStringLiteral("connection refused"));
                   }) &&
         takeState(path("narrow"), [](Stage& stage) {
           stage.fill();
           stage.window->resize(720, 480);
         });
}

}  // namespace

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
  const bool takesAll = argc == 3 && qstrcmp(argv[2], "--all") == 0;
  if (argc != 2 && !takesAll) {
    std::fprintf(stderr, "usage: Screenshots DIRECTORY [--all]\n");
    return 2;
  }
  QTranslator english;
  if (!english.load(QStringLiteral(":/berth/i18n/berth_en.qm"))) return 1;
  QApplication::installTranslator(&english);
  const QDir directory(QString::fromLocal8Bit(argv[1]));
  if (!directory.mkpath(QStringLiteral("."))) return 1;
  for (const bool isDark : {false, true}) {
    const QString theme = isDark ? QStringLiteral("dark") : QStringLiteral("light");
    applyDesign(isDark);
    if (!takeWorkspaces(directory.filePath(QStringLiteral("workspaces-%1.png").arg(theme)))) return 1;
    if (takesAll && !takeAll(directory, theme)) return 1;
  }
  return 0;
}

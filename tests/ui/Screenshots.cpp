// Writes pictures of the app's real window over scripted workspaces: Screenshots DIRECTORY [SCALE]. The build target
// `screenshots` runs it under a virtual display into resources/screenshots. Exits with 1 when a picture can't be made.
#include <QApplication>
#include <QDir>
#include <QTest>
#include <QTranslator>
#include <cstdio>

#include "tests/ui/Palettes.h"
#include "tests/ui/SampleWorkspaces.h"
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

bool takePicture(bool isDark, const QString& path) {
  applyDesign(isDark);
  ScriptedDeployment deployment;
  WorkspacesPresenter presenter;
  presenter.addDeployment(&deployment);
  MainWindow window(presenter);
  Q_EMIT deployment.serverReached(QStringLiteral("v0.1.0"), QStringLiteral("alice"));
  deployment.answerTemplates(sampleTemplates());
  const auto workspaces = sampleWorkspaces();
  deployment.answer(workspaces);
  window.resize(kWindow);
  window.show();
  const QString first = QString::fromStdString(workspaces.front().id.toString());
  window.select({deployment.id(), first});
  if (!QTest::qWaitForWindowExposed(&window) || presenter.runningCount() == 0) return false;
  window.activateWindow();
  window.focusList();
  if (!QTest::qWaitForWindowActive(&window)) return false;
  QCoreApplication::processEvents();
  return save(window.grab(), path);
}

}  // namespace

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
  if (argc != 2) {
    std::fprintf(stderr, "usage: Screenshots DIRECTORY\n");
    return 2;
  }
  QTranslator english;
  if (!english.load(QStringLiteral(":/berth/i18n/berth_en.qm"))) return 1;
  QApplication::installTranslator(&english);
  const QDir directory(QString::fromLocal8Bit(argv[1]));
  if (!directory.mkpath(QStringLiteral("."))) return 1;
  const bool isMade = takePicture(false, directory.filePath(QStringLiteral("workspaces-light.png"))) &&
                      takePicture(true, directory.filePath(QStringLiteral("workspaces-dark.png")));
  return isMade ? 0 : 1;
}

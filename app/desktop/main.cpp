// berth-desktop: the app with windows and a tray icon.
#include <QApplication>
#include <QCommandLineParser>
#include <QTranslator>

#include "app/desktop/DesktopApp.h"

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  QApplication::setApplicationName(QStringLiteral("berth"));
  QApplication::setOrganizationName(QStringLiteral("berth"));
  QApplication::setApplicationDisplayName(QStringLiteral("Berth"));
  QApplication::setApplicationVersion(QStringLiteral(BERTH_VERSION));
  QApplication::setDesktopFileName(QStringLiteral("io.github.berth.Berth"));
  QApplication::setWindowIcon(QIcon(QStringLiteral(":/berth/icons/io.github.berth.Berth.svg")));
  QApplication::setQuitOnLastWindowClosed(false);

  // English needs a catalogue for its plurals alone; other languages will come on top of it.
  QTranslator english;
  if (english.load(QStringLiteral(":/berth/i18n/berth_en.qm"))) QApplication::installTranslator(&english);

  QCommandLineParser parser;
  parser.setApplicationDescription(QApplication::translate("main", "Self-hosted development environments."));
  parser.addHelpOption();
  parser.addVersionOption();
  const QCommandLineOption quickstart(
      QStringLiteral("quickstart"),
      QApplication::translate("main", "Set this computer up and create the workspace \"quickstart\"."));
  const QCommandLineOption screenshot(
      QStringLiteral("screenshot"),
      QApplication::translate("main", "Save a picture of the window once a workspace runs, then quit."),
      QStringLiteral("file"));
  parser.addOptions({quickstart, screenshot});
  parser.process(app);

  berth::desktop::DesktopApp desktop(
      {.startsLocalSetup = parser.isSet(quickstart), .screenshot = parser.value(screenshot)});
  if (!desktop.start()) return 0;
  return QApplication::exec();
}

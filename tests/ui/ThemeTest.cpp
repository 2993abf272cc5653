#include <QTest>

#include "ui/theme/Colors.h"

using namespace berth::ui;

namespace {

QPalette paletteOf(QRgb window, QRgb base, QRgb text, QRgb highlight, QRgb highlightedText) {
  QPalette palette;
  palette.setColor(QPalette::Window, QColor(window));
  palette.setColor(QPalette::Base, QColor(base));
  palette.setColor(QPalette::Text, QColor(text));
  palette.setColor(QPalette::Highlight, QColor(highlight));
  palette.setColor(QPalette::HighlightedText, QColor(highlightedText));
  return palette;
}

}  // namespace

class ThemeTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyRoleIsReadableOnEveryPalette_data() {
    QTest::addColumn<QPalette>("palette");
    QTest::newRow("Breeze") << paletteOf(0xffeff0f1, 0xffffffff, 0xff232629, 0xff3daee9, 0xffffffff);
    QTest::newRow("Breeze Dark") << paletteOf(0xff202326, 0xff141618, 0xfffcfcfc, 0xff3daee9, 0xfffcfcfc);
    QTest::newRow("Fusion") << paletteOf(0xffefefef, 0xffffffff, 0xff000000, 0xff308cc6, 0xffffffff);
    QTest::newRow("high contrast black") << paletteOf(0xff000000, 0xff000000, 0xffffffff, 0xff1aebff, 0xff000000);
    QTest::newRow("high contrast white") << paletteOf(0xffffffff, 0xffffffff, 0xff000000, 0xff37006e, 0xffffffff);
  }

  void everyRoleIsReadableOnEveryPalette() {
    QFETCH(QPalette, palette);
    const Colors colors = Colors::from(palette);
    const QColor base = palette.color(QPalette::Base);
    for (int role = 0; role <= static_cast<int>(Role::RelayedPath); ++role) {
      const QColor color = colors.role(static_cast<Role>(role));
      QVERIFY2(contrast(color, base) >= 4.5, qPrintable(QString::number(role)));
      QVERIFY2(contrast(color, colors.selection) >= 4.5, qPrintable(QString::number(role)));
    }
    QVERIFY(contrast(colors.secondaryText, base) >= 4.5);
    QVERIFY(contrast(colors.primaryText, colors.primary) >= 4.5);
    QVERIFY(contrast(colors.edge, base) >= 3.0);
    QVERIFY(contrast(colors.focus, colors.selection) >= 3.0);
    QVERIFY(contrast(palette.color(QPalette::Text), colors.selection) >= 7.0);
  }

  void samplePaletteGivesTheColoursOfTheDesign() {
    const Colors colors = Colors::from(paletteOf(0xffeff0f1, 0xffffffff, 0xff1f2429, 0xff2468b8, 0xffffffff));
    QCOMPARE(colors.secondaryText.name(), QStringLiteral("#626669"));
    QCOMPARE(colors.selection.name(), QStringLiteral("#e0eaf5"));
    QCOMPARE(colors.role(Role::Running).name(), QStringLiteral("#187339"));
  }
};

QTEST_MAIN(ThemeTest)
#include "ThemeTest.moc"

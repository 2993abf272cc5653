#include "ui/theme/Metrics.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontMetrics>

namespace berth::ui {

namespace {

constexpr double kSmallestPointSize = 8.0;

QFont scaled(QFont font, double factor, QFont::Weight weight) {
  font.setPointSizeF(std::max(kSmallestPointSize, font.pointSizeF() * factor));
  font.setWeight(weight);
  return font;
}

}  // namespace

int Metrics::px(int designPixels) {
  const int unit = std::max(3, qRound(QFontMetrics(QApplication::font()).height() / 4.5));
  return qRound(designPixels * unit / 4.0);
}

QFont Metrics::titleFont() { return scaled(bodyFont(), 1.4, QFont::DemiBold); }
QFont Metrics::headingFont() { return scaled(bodyFont(), 1.15, QFont::DemiBold); }
QFont Metrics::bodyFont() { return QApplication::font(); }
QFont Metrics::strongFont() { return scaled(bodyFont(), 1.0, QFont::DemiBold); }
QFont Metrics::smallFont() { return scaled(bodyFont(), 0.92, QFont::Normal); }
QFont Metrics::fixedFont() { return scaled(QFontDatabase::systemFont(QFontDatabase::FixedFont), 0.92, QFont::Normal); }

}  // namespace berth::ui

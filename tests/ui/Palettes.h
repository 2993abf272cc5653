// Palettes of the design's pictures, light and dark, for tests and screenshots: the same on every machine.
#pragma once

#include <QApplication>
#include <QFontDatabase>
#include <QPalette>
#include <QStyleFactory>

namespace berth::ui {

inline QPalette designPalette(bool isDark) {
  const QColor window(isDark ? 0xff24272b : 0xffeff0f1);
  const QColor base(isDark ? 0xff1b1e21 : 0xffffffff);
  const QColor text(isDark ? 0xffeceff1 : 0xff1f2429);
  const QColor button(isDark ? 0xff31363b : 0xfffcfcfc);
  const QColor highlight(isDark ? 0xff2f72c4 : 0xff2468b8);
  const QColor alternate(isDark ? 0xff212529 : 0xfff5f6f7);
  QPalette palette(button, window);
  for (const auto group : {QPalette::Active, QPalette::Inactive, QPalette::Disabled}) {
    const bool isDisabled = group == QPalette::Disabled;
    const QColor ink = isDisabled ? QColor(isDark ? 0xff7c8288 : 0xff9aa0a6) : text;
    palette.setColor(group, QPalette::Window, window);
    palette.setColor(group, QPalette::Base, base);
    palette.setColor(group, QPalette::AlternateBase, alternate);
    palette.setColor(group, QPalette::Button, button);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText})
      palette.setColor(group, role, ink);
    palette.setColor(group, QPalette::PlaceholderText, isDark ? QColor(0xffadb0b2) : QColor(0xff626669));
    palette.setColor(group, QPalette::Highlight, highlight);
    palette.setColor(group, QPalette::Accent, highlight);
    palette.setColor(group, QPalette::HighlightedText, Qt::white);
    palette.setColor(group, QPalette::ToolTipBase, alternate);
    palette.setColor(group, QPalette::Link, isDark ? QColor(0xff5a9be6) : highlight);
  }
  return palette;
}

// Style, font and palette that no desktop setting changes.
inline void applyDesign(bool isDark, qreal pointSize = 10) {
  QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  QApplication::setPalette(designPalette(isDark));
  QFont font(QStringLiteral("Noto Sans"));
  font.setPointSizeF(pointSize);
  QApplication::setFont(font);
}

}  // namespace berth::ui

// Sizes that follow the user's font. Figures in the design are pixels at a unit of 4 (Noto Sans 10 pt); px() turns them
// into pixels here.
#pragma once

#include <QFont>

namespace berth::ui {

class Metrics {
 public:
  // Distances of the design, in its pixels.
  static constexpr int kGap = 8;
  static constexpr int kListInset = 12;
  static constexpr int kTextInset = 16;
  static constexpr int kPageInset = 24;

  static int px(int designPixels);

  static QFont titleFont();    // page and object names
  static QFont headingFont();  // panes and cards
  static QFont bodyFont();
  static QFont strongFont();  // names, section heads
  static QFont smallFont();   // second lines, never under 8 pt
  static QFont fixedFont();   // logs
};

}  // namespace berth::ui

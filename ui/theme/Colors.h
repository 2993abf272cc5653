// Every colour that is not a palette role, derived from the user's palette. The only place with colour arithmetic.
#pragma once

#include <QColor>
#include <QPalette>

namespace berth::ui {

// What a thing is doing. A role has a colour (Colors), a shape (StateGlyph) and a word, and is never told by colour
// alone.
enum class Role { Running, Starting, Stopping, Stopped, Queued, Failed, Attention, DirectPath, RelayedPath };

class Colors {
 public:
  static Colors from(const QPalette& palette);

  QColor secondaryText;
  QColor line;           // decorative separators
  QColor edge;           // frames that we draw ourselves, 3:1
  QColor selection;      // ground of a selected row; text keeps its colour on it
  QColor selectionIdle;  // the same while another pane is active
  QColor hover;
  QColor focus;    // focus frame and selection bar, 3:1
  QColor primary;  // ground of the one filled button
  QColor primaryText;
  bool isDark = false;

  QColor role(Role role) const;
  QColor bannerGround(Role role) const;

 private:
  QColor m_base;
  QColor m_window;
};

// WCAG 2 contrast ratio, 1 to 21.
double contrast(const QColor& a, const QColor& b);

}  // namespace berth::ui

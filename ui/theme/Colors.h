// Every colour that is not a palette role, derived from the user's palette. The only place with colour arithmetic.
#pragma once

#include <QColor>
#include <QPalette>
#include <array>

namespace berth::ui {

// What a thing is doing. A role has a colour (Colors), a shape (StateGlyph) and a word, and is never told by colour
// alone.
enum class Role { Running, Starting, Stopping, Stopped, Queued, Failed, Attention, Offline, DirectPath, RelayedPath };
inline constexpr std::size_t kRoleCount = static_cast<std::size_t>(Role::RelayedPath) + 1;

class Colors {
 public:
  // Cheap for the palette that was asked for last. Main thread.
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
  std::array<QColor, 2> series;  // lines of a chart, in order; 3:1, and told apart by their dashes too
  bool isDark = false;

  const QColor& role(Role role) const { return m_roles[static_cast<std::size_t>(role)]; }
  QColor bannerGround(Role role) const;

 private:
  static Colors derive(const QPalette& palette);

  QColor m_base;
  QColor m_window;
  std::array<QColor, kRoleCount> m_roles;
};

// WCAG 2 contrast ratio, 1 to 21.
double contrast(const QColor& a, const QColor& b);

}  // namespace berth::ui

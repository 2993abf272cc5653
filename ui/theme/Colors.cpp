#include "ui/theme/Colors.h"

#include <cmath>

namespace berth::ui {

namespace {

constexpr double kTextContrast = 4.5;
constexpr double kShapeContrast = 3.0;
constexpr float kLightnessStep = 0.04F;
constexpr int kMostSteps = 25;

QColor mix(const QColor& a, const QColor& b, double share) {
  const auto channel = [share](int x, int y) { return qRound(x * share + y * (1 - share)); };
  return {channel(a.red(), b.red()), channel(a.green(), b.green()), channel(a.blue(), b.blue())};
}

double luminance(const QColor& color) {
  const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
  return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

// Moves the lightness away from the grounds until `target` holds on all of them.
QColor reach(QColor color, std::initializer_list<QColor> grounds, double target, bool lighter) {
  const auto passes = [&] {
    return std::ranges::all_of(grounds, [&](const QColor& ground) { return contrast(color, ground) >= target; });
  };
  for (int step = 0; step < kMostSteps && !passes(); ++step) {
    float h = 0;
    float s = 0;
    float l = 0;
    color.getHslF(&h, &s, &l);
    color.setHslF(h, s, std::clamp(l + (lighter ? kLightnessStep : -kLightnessStep), 0.0F, 1.0F));
  }
  return color;
}

// The first mix of text into ground that reaches 3:1 on both grounds.
QColor edgeBetween(const QColor& text, const QColor& base, const QColor& window) {
  for (double share = 0.3; share < 1.0; share += 0.02) {
    const QColor candidate = mix(text, base, share);
    if (contrast(candidate, base) >= kShapeContrast && contrast(candidate, window) >= kShapeContrast) return candidate;
  }
  return text;
}

QColor sampleColor(Role role, bool dark) {
  switch (role) {
    case Role::Running: return dark ? QColor(0x5cc97d) : QColor(0x187339);
    case Role::Starting: return dark ? QColor(0x7ab6f5) : QColor(0x1a62ad);
    case Role::Stopping: return dark ? QColor(0xbda6ee) : QColor(0x6a4aa6);
    case Role::Stopped:
    case Role::Offline:
    case Role::Queued: return dark ? QColor(0xa3abb3) : QColor(0x596470);
    case Role::Failed: return dark ? QColor(0xff8f86) : QColor(0xb3261e);
    case Role::Attention: return dark ? QColor(0xffab70) : QColor(0xa34300);
    case Role::DirectPath: return dark ? QColor(0x4fc8b8) : QColor(0x0b6f67);
    case Role::RelayedPath: return dark ? QColor(0xd6c052) : QColor(0x74600a);
  }
  return {};
}

}  // namespace

double contrast(const QColor& a, const QColor& b) {
  const double first = luminance(a) + 0.05;
  const double second = luminance(b) + 0.05;
  return std::max(first, second) / std::min(first, second);
}

Colors Colors::from(const QPalette& palette) {
  static qint64 key = 0;
  static Colors last;
  if (key != palette.cacheKey()) {
    last = derive(palette);
    key = palette.cacheKey();
  }
  return last;
}

Colors Colors::derive(const QPalette& palette) {
  const QColor text = palette.color(QPalette::Active, QPalette::Text);
  const QColor highlight = palette.color(QPalette::Active, QPalette::Highlight);
  Colors colors;
  colors.m_base = palette.color(QPalette::Active, QPalette::Base);
  colors.m_window = palette.color(QPalette::Active, QPalette::Window);
  colors.isDark = colors.m_base.lightnessF() < 0.5F;
  const QColor& base = colors.m_base;

  colors.secondaryText = mix(text, base, 0.70);
  colors.line = mix(text, base, colors.isDark ? 0.15 : 0.19);
  colors.edge = edgeBetween(text, base, colors.m_window);
  colors.selection = mix(highlight, base, colors.isDark ? 0.32 : 0.14);
  colors.selectionIdle = mix(text, base, 0.09);
  colors.hover = mix(text, base, 0.06);
  colors.focus = reach(highlight, {base, colors.selection}, kShapeContrast, colors.isDark);

  static const QColor kNearBlack(0x1f, 0x24, 0x29);
  colors.primary = highlight;
  colors.primaryText = palette.color(QPalette::Active, QPalette::HighlightedText);
  if (contrast(colors.primaryText, highlight) < kTextContrast) {
    if (contrast(kNearBlack, highlight) >= kTextContrast)
      colors.primaryText = kNearBlack;
    else
      colors.primary = reach(highlight, {colors.primaryText}, kTextContrast, false);
  }
  const bool dark = colors.isDark;
  colors.series = {reach(dark ? QColor(0x5a9be6) : QColor(0x2468b8), {base}, kShapeContrast, dark),
                   reach(dark ? QColor(0x3fb3a6) : QColor(0x0f8278), {base}, kShapeContrast, dark)};
  for (std::size_t i = 0; i < kRoleCount; ++i)
    colors.m_roles[i] = reach(sampleColor(static_cast<Role>(i), colors.isDark),
                              {base, colors.m_window, colors.selection}, kTextContrast, colors.isDark);
  return colors;
}

QColor Colors::bannerGround(Role bannerRole) const { return mix(role(bannerRole), m_base, isDark ? 0.14 : 0.09); }

}  // namespace berth::ui

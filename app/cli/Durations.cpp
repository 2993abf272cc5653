#include "app/cli/Durations.h"

#include <charconv>
#include <format>

namespace berth::cli {

namespace {

using std::chrono::milliseconds;

std::optional<milliseconds> unitOf(std::string_view& text) {
  struct Unit {
    std::string_view name;
    milliseconds size;
  };
  // "ms" before "m"
  constexpr std::array<Unit, 4> kUnits{{{"ms", milliseconds(1)},
                                        {"s", milliseconds(1000)},
                                        {"m", milliseconds(60'000)},
                                        {"h", milliseconds(3'600'000)}}};
  for (const auto& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return unit.size;
  }
  return std::nullopt;
}

}  // namespace

Result<milliseconds> parseDuration(std::string_view text) {
  const auto bad =
      fail(ErrorCode::InvalidInput, std::format("\"{}\" is no duration; write for example 90s, 5m or 1h30m", text));
  if (text == "0") return milliseconds(0);
  std::string_view rest = text;
  if (rest.empty()) return bad;
  milliseconds total{};
  while (!rest.empty()) {
    double count = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (error != std::errc() || count < 0 || count > 1e9) return bad;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const auto unit = unitOf(rest);
    if (!unit) return bad;
    total += milliseconds(static_cast<std::int64_t>(count * static_cast<double>(unit->count())));
  }
  return total;
}

std::string formatDuration(milliseconds duration) {
  if (duration < std::chrono::seconds(1)) return std::format("{}ms", duration.count());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  std::string out;
  if (seconds >= 3600) out += std::format("{}h", seconds / 3600);
  if (seconds >= 60) out += std::format("{}m", seconds / 60 % 60);
  return out + std::format("{}s", seconds % 60);
}

std::string formatAge(WallTime then, WallTime now) {
  if (then == kNoTime) return "never";
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - then).count();
  if (seconds < 60) return "now";
  if (seconds < 3600) return std::format("{}m ago", seconds / 60);
  if (seconds < 86'400) return std::format("{}h ago", seconds / 3600);
  return std::format("{}d ago", seconds / 86'400);
}

}  // namespace berth::cli

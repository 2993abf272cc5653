#include "core/server/http/Router.h"

#include <cassert>

namespace berth::server {

namespace {

bool isParameter(std::string_view segment) { return segment.starts_with('{'); }
bool isRest(std::string_view segment) { return segment.starts_with('{') && segment.ends_with("...}"); }
std::string_view parameterName(std::string_view segment) {
  return segment.substr(1, segment.size() - (isRest(segment) ? 5 : 2));
}

// Empty segments vanish: that collapses runs of slashes and drops one at the end.
std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const auto slash = path.find('/');
    if (slash != 0) segments.push_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return segments;
}

std::string join(std::span<const std::string_view> segments) {
  std::string joined;
  for (auto segment : segments) joined.append(joined.empty() ? "" : "/").append(segment);
  return joined;
}

// How specific a match is: one digit a segment, literal over parameter. Zero: no match.
struct Fit {
  std::string rank;
  PathParams params;
};

std::optional<Fit> fit(const std::vector<std::string_view>& pattern, const std::vector<std::string_view>& path) {
  Fit result;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (isRest(pattern[i])) {
      auto rest = http::percentDecode(join(std::span(path).subspan(std::min(i, path.size()))));
      if (!rest) return std::nullopt;
      result.rank += '1';
      result.params.emplace_back(parameterName(pattern[i]), *std::move(rest));
      return result;
    }
    if (i >= path.size()) return std::nullopt;
    if (isParameter(pattern[i])) {
      auto value = http::percentDecode(path[i]);
      if (!value) return std::nullopt;
      result.rank += '2';
      result.params.emplace_back(parameterName(pattern[i]), *std::move(value));
    } else if (pattern[i] == path[i]) {
      result.rank += '3';
    } else {
      return std::nullopt;
    }
  }
  if (path.size() > pattern.size()) return std::nullopt;
  return result;
}

}  // namespace

std::string cleanPath(std::string_view path) { return "/" + join(split(path)); }

Router::Router(std::span<const Route> routes) {
  m_entries.reserve(routes.size());
  for (const Route& route : routes) m_entries.push_back({&route, split(route.path)});
}

std::optional<Router::Match> Router::find(std::string_view method, std::string_view path) const {
  const auto segments = split(path);
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  const Route* best = nullptr;
  Fit bestFit;
  for (const Entry& entry : m_entries) {
    if (entry.route->method != wanted) continue;
    auto candidate = fit(entry.segments, segments);
    if (!candidate || (best && candidate->rank <= bestFit.rank)) continue;
    best = entry.route;
    bestFit = *std::move(candidate);
  }
  if (!best) return std::nullopt;
  return Match{best, std::move(bestFit.params)};
}

bool Router::hasPath(std::string_view path) const {
  const auto segments = split(path);
  return std::ranges::any_of(m_entries, [&](const Entry& entry) { return fit(entry.segments, segments).has_value(); });
}

}  // namespace berth::server

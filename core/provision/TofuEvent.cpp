#include "core/provision/TofuEvent.h"

#include "core/provision/JsonAccess.h"

namespace berth::provision {

namespace {

LogLevel levelOf(std::string_view word) {
  if (word == "warning") return LogLevel::Warn;
  const auto level = enumFromText<LogLevel>(word);
  return level == LogLevel::Unknown ? LogLevel::Info : level;
}

void addLines(TofuEvent& event, LogLevel level, std::string_view text) {
  while (true) {
    const auto end = text.find('\n');
    event.lines.push_back({level, std::string(text.substr(0, end))});
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

void addSnippet(TofuEvent& event, LogLevel level, const json::object& diagnostic) {
  const auto& range = objectAt(diagnostic, "range");
  const auto& snippet = objectAt(diagnostic, "snippet");
  const auto add = [&](std::string text) { event.lines.push_back({level, std::move(text)}); };
  if (snippet.empty()) return;
  std::string place =
      std::format("on {} line {}", textAt(range, "filename"), numberAt(objectAt(range, "start"), "line"));
  if (const auto context = textAt(snippet, "context"); !context.empty()) place += ", in " + context;
  add(place + ":");
  auto number = numberAt(snippet, "start_line");
  TofuEvent code;
  addLines(code, level, textAt(snippet, "code"));
  for (const auto& line : code.lines) add(std::format("  {}: {}", number++, line.text));

  std::vector<std::string> values;
  for (const auto& raw : arrayAt(snippet, "values"))
    values.push_back(
        std::format("    │ {} {}", textAt(asObject(raw), "traversal"), textAt(asObject(raw), "statement")));
  std::ranges::sort(values);
  if (!values.empty()) add("    ├────────────────");
  for (auto& value : values) add(std::move(value));
}

std::string problemOf(const json::object& diagnostic) {
  std::string text = textAt(diagnostic, "summary");
  const auto& range = objectAt(diagnostic, "range");
  if (!range.empty())
    text += std::format(" ({} line {})", textAt(range, "filename"), numberAt(objectAt(range, "start"), "line"));
  else if (const auto address = textAt(diagnostic, "address"); !address.empty())
    text += std::format(" ({})", address);
  if (const auto detail = textAt(diagnostic, "detail"); !detail.empty()) text += ": " + detail;
  return text;
}

void readDiagnostic(const json::object& diagnostic, TofuEvent& event) {
  const auto level = levelOf(textAt(diagnostic, "severity"));
  addSnippet(event, level, diagnostic);
  if (const auto detail = textAt(diagnostic, "detail"); !detail.empty()) {
    event.lines.push_back({level, ""});
    addLines(event, level, detail);
  }
  if (level == LogLevel::Error) event.problem = problemOf(diagnostic);
}

}  // namespace

TofuEvent parseTofuLine(std::string_view line) {
  TofuEvent event;
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return event;
  const auto value = line.starts_with('{') ? parseJson(line, "line") : Result<json::value>(json::value());
  if (!value || !value->is_object()) {
    event.lines.push_back({LogLevel::Info, std::string(line)});
    return event;
  }
  const auto& object = asObject(*value);
  event.type = textAt(object, "type");
  const auto level = levelOf(textAt(object, "@level"));
  addLines(event, level, textAt(object, "@message"));
  if (object.contains("diagnostic")) readDiagnostic(objectAt(object, "diagnostic"), event);
  event.operation = textAt(objectAt(object, "changes"), "operation");
  const auto& hook = objectAt(object, "hook");
  event.resource = textAt(objectAt(hook, "resource"), "addr");
  event.provider = textAt(objectAt(hook, "resource"), "implied_provider");
  event.action = textAt(hook, "action");
  event.resourceId = textAt(hook, "id_value");
  return event;
}

}  // namespace berth::provision

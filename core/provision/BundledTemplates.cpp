#include "core/provision/BundledTemplates.h"

#include "core/provision/BundledFiles.h"

namespace berth::provision {

namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::vector<std::string> listOf(std::string_view text) {
  std::vector<std::string> words;
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    words.emplace_back(trim(text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return words;
}

// The lines "key: value" between the two "---" of a README.
void readFrontMatter(std::string_view readme, BundledTemplate& into) {
  constexpr std::string_view kFence = "---\n";
  if (!readme.starts_with(kFence)) return;
  readme.remove_prefix(kFence.size());
  while (!readme.empty() && !readme.starts_with(kFence)) {
    const auto end = std::min(readme.find('\n'), readme.size());
    const auto line = readme.substr(0, end);
    readme.remove_prefix(std::min(end + 1, readme.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto key = line.substr(0, colon);
    const auto value = trim(line.substr(colon + 1));
    if (key == "display_name") into.displayName = value;
    if (key == "description") into.description = value;
    if (key == "icon") into.icon = value;
    if (key == "tags") into.tags = listOf(value);
  }
}

std::vector<BundledTemplate> readAll() {
  std::vector<BundledTemplate> all;
  for (const auto& file : kBundledFiles) {
    const auto slash = file.path.find('/');
    const auto name = file.path.substr(0, slash);
    if (all.empty() || all.back().name != name) all.push_back({.name = std::string(name)});
    all.back().files.push_back(
        {.path = std::string(file.path.substr(slash + 1)), .content = std::string(file.content)});
    if (all.back().files.back().path == "README.md") readFrontMatter(file.content, all.back());
  }
  return all;
}

}  // namespace

const std::vector<BundledTemplate>& bundledTemplates() {
  static const auto kTemplates = readAll();
  return kTemplates;
}

const BundledTemplate* findBundledTemplate(std::string_view name) {
  const auto& all = bundledTemplates();
  const auto found = std::ranges::find(all, name, &BundledTemplate::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace berth::provision

#include "core/agent/Command.h"

namespace berth::agent {

namespace {

std::vector<std::string> splitWords(std::string_view text) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  while ((begin = text.find_first_not_of(" \t\r", begin)) != std::string_view::npos) {
    const auto end = std::min(text.find_first_of(" \t\r", begin), text.size());
    words.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

}  // namespace

std::vector<std::string> commandArguments(const std::string& shell, std::string_view text) {
  if (text.empty()) return {shell, "-l"};
  const auto firstCharacter = text.find_first_not_of(" \t");
  if (firstCharacter != std::string_view::npos && text.substr(firstCharacter).starts_with("#!")) {
    const std::string_view line = text.substr(firstCharacter + 2, text.find('\n', firstCharacter) - firstCharacter - 2);
    std::vector<std::string> words = splitWords(line);
    if (!words.empty()) {
      words.insert(words.end(), {"-c", std::string(text)});
      return words;
    }
  }
  return {shell, "-c", std::string(text)};
}

}  // namespace berth::agent

#include "app/cli/Json.h"

#include <algorithm>

namespace berth::cli {

namespace {

constexpr std::size_t kIndent = 2;

void newLine(std::string& out, std::size_t depth) { out.append("\n").append(depth * kIndent, ' '); }

// The end of the string that begins at text[at].
std::size_t endOfString(const std::string& text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return std::min(at, text.size() - 1);
}

}  // namespace

std::string indentJson(const std::string& text) {
  std::string out;
  out.reserve(text.size() * 2);
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const auto end = endOfString(text, i);
      out.append(text, i, end - i + 1);
      i = end;
    } else if (c == '{' || c == '[') {
      out += c;
      const auto next = text.find_first_not_of(" \n", i + 1);
      if (next != std::string::npos && (text[next] == '}' || text[next] == ']')) {
        out += text[next];
        i = next;
      } else {
        newLine(out, ++depth);
      }
    } else if (c == '}' || c == ']') {
      newLine(out, --depth);
      out += c;
    } else if (c == ',') {
      out += c;
      newLine(out, depth);
    } else if (c == ':') {
      out += ": ";
    } else if (c != ' ' && c != '\n') {
      out += c;
    }
  }
  return out;
}

}  // namespace berth::cli

#include "core/api/Names.h"

namespace berth::api {

namespace {

constexpr std::size_t kMaxDisplayName = 64;
constexpr std::size_t kMaxEmail = 254;

bool isAlphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Letters and digits, with single ones of `separators` between them.
bool isWordList(std::string_view text, std::string_view separators, std::size_t maxLength) {
  if (text.empty() || text.size() > maxLength) return false;
  bool isAfterWord = false;
  for (const char c : text) {
    const bool isSeparator = separators.find(c) != std::string_view::npos;
    if (isSeparator ? !isAfterWord : !isAlphanumeric(c)) return false;
    isAfterWord = !isSeparator;
  }
  return isAfterWord;
}

bool isSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

bool isName(std::string_view name) { return isWordList(name, "-", kMaxNameBytes) && name != "new" && name != "create"; }
bool isTemplateVersionName(std::string_view name) { return isWordList(name, "_.-", kMaxVersionNameBytes); }
bool isDisplayName(std::string_view name) {
  return name.empty() || (name.size() <= kMaxDisplayName && !isSpace(name.front()) && !isSpace(name.back()));
}

bool isEmail(std::string_view text) {
  const auto at = text.rfind('@');
  if (text.size() > kMaxEmail || at == std::string_view::npos || at == 0 || at + 1 == text.size()) return false;
  for (const char c : text)
    if (isSpace(c) || static_cast<unsigned char>(c) < ' ' || c == '<' || c == '>') return false;
  return true;
}

}  // namespace berth::api

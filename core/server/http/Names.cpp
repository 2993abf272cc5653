#include "core/server/http/Names.h"

#include <array>
#include <format>

#include "core/base/Random.h"

namespace berth::server {

namespace {

constexpr std::size_t kMaxName = 32;
constexpr std::size_t kMaxVersionName = 64;
constexpr std::size_t kMaxDisplayName = 64;
constexpr std::size_t kMaxEmail = 254;

constexpr std::string_view kAdjectives[] = {
    "amber",  "brave", "calm",  "clever", "eager",  "fair",  "gentle", "happy", "honest", "jolly",  "keen",
    "lively", "lucid", "merry", "nimble", "polite", "proud", "quick",  "quiet", "sharp",  "silent", "smooth",
    "steady", "sunny", "swift", "tender", "upbeat", "vivid", "warm",   "wise",  "witty",  "young"};
constexpr std::string_view kSurnames[] = {"abel",    "bohr",   "boole",   "cauchy",  "curie",    "dirac",   "euler",
                                          "fermi",   "floyd",  "galois",  "gauss",   "goedel",   "hamming", "hopper",
                                          "huffman", "kepler", "knuth",   "lamport", "lovelace", "maxwell", "meitner",
                                          "neumann", "newton", "noether", "pascal",  "planck",   "ritchie", "shannon",
                                          "tarjan",  "turing", "volta",   "wirth"};

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

bool isName(std::string_view name) { return isWordList(name, "-", kMaxName) && name != "new" && name != "create"; }
bool isTemplateVersionName(std::string_view name) { return isWordList(name, "_.-", kMaxVersionName); }
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

std::string randomName() {
  std::array<std::byte, 4> dice;
  fillRandom(dice);
  const auto pick = [&](std::size_t die) { return std::to_integer<std::size_t>(dice[die]); };
  return std::format("{}_{}{}", kAdjectives[pick(0) % std::size(kAdjectives)],
                     kSurnames[pick(1) % std::size(kSurnames)], (pick(2) * 256 + pick(3)) % 100);
}

}  // namespace berth::server

#include "core/server/http/RandomName.h"

#include <array>
#include <format>

#include "core/base/Random.h"

namespace berth::server {

namespace {

constexpr std::string_view kAdjectives[] = {
    "amber",  "brave", "calm",  "clever", "eager",  "fair",  "gentle", "happy", "honest", "jolly",  "keen",
    "lively", "lucid", "merry", "nimble", "polite", "proud", "quick",  "quiet", "sharp",  "silent", "smooth",
    "steady", "sunny", "swift", "tender", "upbeat", "vivid", "warm",   "wise",  "witty",  "young"};
constexpr std::string_view kSurnames[] = {"abel",    "bohr",   "boole",   "cauchy",  "curie",    "dirac",   "euler",
                                          "fermi",   "floyd",  "galois",  "gauss",   "goedel",   "hamming", "hopper",
                                          "huffman", "kepler", "knuth",   "lamport", "lovelace", "maxwell", "meitner",
                                          "neumann", "newton", "noether", "pascal",  "planck",   "ritchie", "shannon",
                                          "tarjan",  "turing", "volta",   "wirth"};

}  // namespace

std::string randomName() {
  std::array<std::byte, 4> dice;
  fillRandom(dice);
  const auto pick = [&](std::size_t die) { return std::to_integer<std::size_t>(dice[die]); };
  return std::format("{}_{}{}", kAdjectives[pick(0) % std::size(kAdjectives)],
                     kSurnames[pick(1) % std::size(kSurnames)], (pick(2) * 256 + pick(3)) % 100);
}

}  // namespace berth::server

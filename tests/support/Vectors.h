// Golden bytes for tests: tests/data/recordings/vectors.json, and short ways to write and compare bytes.
#pragma once

#include <boost/json.hpp>
#include <concepts>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "core/base/Bytes.h"
#include "core/base/Random.h"

namespace berth::test {

inline const boost::json::object& vectors() {
  static const boost::json::value all = [] {
    const char* root = std::getenv("BERTH_SOURCE_DIR");
    std::ifstream in(std::string(root ? root : ".") + "/tests/data/recordings/vectors.json");
    if (!in) throw std::runtime_error("tests/data/recordings/vectors.json not found: set BERTH_SOURCE_DIR");
    return boost::json::parse(std::string(std::istreambuf_iterator<char>(in), {}));
  }();
  return all.as_object();
}

inline Bytes hex(std::string_view text) {
  const auto bytes = parseHex(text);
  if (!bytes) throw std::runtime_error("not hex: " + std::string(text));
  return *bytes;
}
template <std::same_as<boost::json::value> Value>  // no conversion: a literal is text
Bytes hex(const Value& value) {
  return hex(std::string_view(value.as_string()));
}

inline std::string text(const boost::json::value& value) { return std::string(value.as_string()); }

// The entry of an array of named entries.
inline const boost::json::object& named(const boost::json::value& array, std::string_view name) {
  for (const auto& entry : array.as_array())
    if (entry.at("name").as_string() == name) return entry.as_object();
  throw std::runtime_error("no vector named " + std::string(name));
}

// Gives the bytes it was made with, then counts upwards: reproducible, and never the same twice.
class FakeRng final : public Rng {
 public:
  FakeRng() = default;
  explicit FakeRng(Bytes first) : m_first(std::move(first)) {}
  void fill(ByteSpan out) override {
    for (std::byte& b : out) b = m_used < m_first.size() ? m_first[m_used++] : next();
  }

 private:
  std::byte next() {
    m_state = m_state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::byte>(m_state >> 56);
  }
  Bytes m_first;
  std::size_t m_used = 0;
  std::uint64_t m_state = 1;
};

}  // namespace berth::test

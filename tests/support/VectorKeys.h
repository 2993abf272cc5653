// The key pairs of the golden bytes, as keys of any kind: vectorPublic<wire::NodePublic>("A").
#pragma once

#include "tests/support/Vectors.h"
#include "tunnel/wire/Keys.h"

namespace berth::test {

inline tunnel::wire::KeyBytes vectorKey(std::string_view name, std::string_view half) {
  tunnel::wire::KeyBytes out;
  std::ranges::copy(hex(vectors().at("keys").at(name).at(half)), out.begin());
  return out;
}
template <typename Key>
Key vectorPublic(std::string_view name) {
  return Key(vectorKey(name, "public"));
}
template <typename Key>
Key vectorPrivate(std::string_view name) {
  return Key::fromBytes(vectorKey(name, "private"));
}

}  // namespace berth::test

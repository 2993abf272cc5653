#pragma once

#include <gtest/gtest.h>

#include "tests/support/VectorKeys.h"
#include "tunnel/disco/Message.h"

namespace berth::tunnel::disco::test {

using berth::test::FakeRng;
using berth::test::hex;
using berth::test::named;
using berth::test::vectors;

inline wire::DiscoPrivate discoPrivate(const char* name) {
  return berth::test::vectorPrivate<wire::DiscoPrivate>(name);
}
inline wire::DiscoPublic discoPublic(const char* name) { return berth::test::vectorPublic<wire::DiscoPublic>(name); }
inline wire::NodePublic nodePublic(const char* name) { return berth::test::vectorPublic<wire::NodePublic>(name); }

inline const TransactionId kId{std::byte{0x10}, std::byte{0x11}, std::byte{0x12}, std::byte{0x13},
                               std::byte{0x14}, std::byte{0x15}, std::byte{0x16}, std::byte{0x17},
                               std::byte{0x18}, std::byte{0x19}, std::byte{0x1a}, std::byte{0x1b}};

}  // namespace berth::tunnel::disco::test

#include "core/base/Error.h"

#include <gtest/gtest.h>

#include <cerrno>

using namespace berth;

namespace {
Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorCode::InvalidInput, "odd");
  return n / 2;
}
Result<int> quarter(int n) {
  TRY_ASSIGN(const int once, half(n));
  TRY_ASSIGN(const int twice, half(once));
  return twice;
}
}  // namespace

TEST(Error, readsFromPurposeDownToCause) {
  const Error error = Error(ErrorCode::NotFound, "no such file").in("open /x").in("import template");
  EXPECT_EQ(error.message(), "import template: open /x: no such file");
  EXPECT_EQ(error.code(), ErrorCode::NotFound);
}

TEST(Error, tryPassesTheFirstFailureOn) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message(), "odd");
}

TEST(Error, errnoBecomesACode) {
  EXPECT_EQ(errnoError(ENOENT, "open /x").code(), ErrorCode::NotFound);
  EXPECT_EQ(errnoError(ENOSPC, "write").code(), ErrorCode::LimitExceeded);
}

#include "core/api/Names.h"

#include <gtest/gtest.h>

namespace berth::api {
namespace {

TEST(Names, haveLettersDigitsAndSingleDashes) {
  for (const char* good : {"a", "my-box-2", "ABC", "a2345678901234567890123456789012"})
    EXPECT_TRUE(isName(good)) << good;
  for (const char* bad : {"", "a b", "a_b", "-a", "a-", "a--b", "new", "create", "a23456789012345678901234567890123"})
    EXPECT_FALSE(isName(bad)) << bad;
}

TEST(Names, ofVersionsHaveDotsAndUnderscoresToo) {
  EXPECT_TRUE(isTemplateVersionName("v1.2_rc-3"));
  EXPECT_TRUE(isTemplateVersionName(std::string(kMaxVersionNameBytes, 'a')));
  for (const std::string& bad : {std::string(), std::string("v1..2"), std::string(kMaxVersionNameBytes + 1, 'a')})
    EXPECT_FALSE(isTemplateVersionName(bad)) << bad;
}

TEST(Names, forDisplayHaveNoSpaceAround) {
  EXPECT_TRUE(isDisplayName(""));
  EXPECT_TRUE(isDisplayName("Büro in Köln"));
  EXPECT_FALSE(isDisplayName(" a"));
  EXPECT_FALSE(isDisplayName("a\n"));
}

TEST(Names, ofMailBoxesHaveTwoSides) {
  EXPECT_TRUE(isEmail("me@localhost"));
  for (const char* bad : {"", "me", "@x", "me@", "a b@x", "<me@x>"}) EXPECT_FALSE(isEmail(bad)) << bad;
}

}  // namespace
}  // namespace berth::api

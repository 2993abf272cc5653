#include "core/http/Proxy.h"

#include <gmock/gmock.h>

#include "core/base/Bytes.h"

using namespace berth;
using namespace berth::http;

namespace {

ProxySettings through(const std::string& proxy, const std::string& except = "") {
  return {Secret(proxy), Secret(proxy), except};
}

// "host:port" of the proxy, "direct", or the error.
std::string way(const ProxySettings& settings, const std::string& origin) {
  const auto proxy = chooseProxy(settings, *parseUrl(origin));
  if (!proxy) return proxy.error().message();
  return *proxy ? std::format("{}:{}", (*proxy)->url.host, (*proxy)->url.port) : "direct";
}

}  // namespace

TEST(Proxy, isChosenByTheSchemeOfTheOrigin) {
  const ProxySettings settings{Secret("http://plain.example:3128"), Secret("secure.example:8080"), ""};
  EXPECT_EQ(way(settings, "http://box.example"), "plain.example:3128");
  EXPECT_EQ(way(settings, "https://box.example"), "secure.example:8080");
  EXPECT_EQ(way({}, "https://box.example"), "direct");
}

TEST(Proxy, isNeverAskedForThisMachine) {
  for (const char* origin :
       {"http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000", "https://a.localhost"})
    EXPECT_EQ(way(through("p:1"), origin), "direct") << origin;
}

TEST(Proxy, exceptionsAreNamesAddressesAndNetworks) {
  const auto isDirect = [](const char* except, const char* origin) {
    return way(through("p:1", except), origin) == "direct";
  };
  EXPECT_TRUE(isDirect("*", "http://box.example"));
  EXPECT_TRUE(isDirect("other.example, box.example", "http://box.example"));
  EXPECT_TRUE(isDirect("box.example", "http://Dev.BOX.example"));
  EXPECT_TRUE(isDirect(".example", "http://box.example"));
  EXPECT_TRUE(isDirect("box.example:3000", "http://box.example:3000"));
  EXPECT_TRUE(isDirect("10.0.0.0/8", "http://10.1.2.3"));
  EXPECT_TRUE(isDirect("10.1.2.3", "http://10.1.2.3"));
  EXPECT_TRUE(isDirect("fd00::/8", "http://[fd12::1]"));
  EXPECT_TRUE(isDirect("fd12::1", "http://[fd12::1]"));
  EXPECT_FALSE(isDirect("", "http://box.example"));
  EXPECT_FALSE(isDirect("box.example", "http://mybox.example"));
  EXPECT_FALSE(isDirect("box.example:3000", "http://box.example:4000"));
  EXPECT_FALSE(isDirect("10.0.0.0/8", "http://11.1.2.3"));
  EXPECT_FALSE(isDirect("10.0.0.0/8", "http://[fd12::1]"));
  EXPECT_FALSE(isDirect("10.0.0.0/99, /, :, [", "http://10.1.2.3"));
}

TEST(Proxy, takesUserAndPassword) {
  const auto proxy = chooseProxy(through("http://me:p%40ss@proxy.example:3128"), *parseUrl("https://box.example"));
  ASSERT_TRUE(proxy && *proxy);
  EXPECT_EQ((*proxy)->authorization.reveal(), "Basic " + toBase64(asBytes("me:p@ss")));
  EXPECT_EQ((*proxy)->url.host, "proxy.example");
}

TEST(Proxy, saysWhatIsWrongWithoutRepeatingIt) {
  EXPECT_THAT(way(through("socks5://me:secret@p:1"), "https://box.example"),
              testing::AllOf(testing::HasSubstr("HTTPS_PROXY"), testing::Not(testing::HasSubstr("secret"))));
  EXPECT_THAT(way(through("http://me:secret@p:99999"), "http://box.example"),
              testing::AllOf(testing::HasSubstr("HTTP_PROXY"), testing::Not(testing::HasSubstr("secret"))));
}

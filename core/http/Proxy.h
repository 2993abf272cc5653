// The HTTP proxy of the environment, through which connections are made with CONNECT (RFC 9110 9.3.6).
#pragma once

#include <optional>
#include <string>

#include "core/base/Secret.h"
#include "core/http/Message.h"

namespace berth::http {

struct ProxySettings {
  Secret http = {};   // for http origins: URL or host:port, may hold user and password; empty for none
  Secret https = {};  // for https origins
  std::string except =
      {};  // NO_PROXY: "*", names with all below them, addresses and networks, each perhaps with a port

  // HTTP_PROXY, HTTPS_PROXY and NO_PROXY, or the same in small letters.
  static ProxySettings fromEnvironment();
};

struct Proxy {
  Url url;
  Secret authorization = {};  // of Proxy-Authorization; empty for none
};

// Nothing when the origin is reached without. This machine itself always is. InvalidInput for settings that make no
// sense; the message does not repeat them, as they may hold a password.
Result<std::optional<Proxy>> chooseProxy(const ProxySettings& settings, const Url& origin);

}  // namespace berth::http

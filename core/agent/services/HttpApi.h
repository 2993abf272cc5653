// The HTTP API of tunnel port 4 (reference/agent-and-ide.md 4).
#pragma once

#include <functional>
#include <string>

#include "core/http/Server.h"

namespace berth::agent {

struct HttpApiSources {
  std::function<std::string()> portsJson;
  std::function<std::string()> netcheckJson;
  // The manifest without its secrets; empty before the first one.
  std::function<std::string()> manifestJson;
  std::string logFile;  // empty: none is written
};

http::Handler makeHttpApi(HttpApiSources sources);

}  // namespace berth::agent

#include "core/agent/services/HttpApi.h"

#include <fstream>

namespace berth::agent {

namespace {

constexpr std::streamoff kMaxLogAnswer = 10 << 20;

http::Response json(int status, std::string body) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

// The end of the log, as much as fits.
http::Response logAnswer(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (path.empty() || !file) return json(500, R"({"message":"There is no log file."})");
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - kMaxLogAnswer));
  return {.status = 200,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = {std::istreambuf_iterator<char>(file), {}}};
}

http::Response answer(const HttpApiSources& sources, const http::Request& request) {
  const std::string_view path = request.path();
  if (request.method != "GET" && request.method != "HEAD")
    return json(405, R"({"message":"Only GET is served here."})");
  if (path == "/") return json(200, R"({"message":"Hello from the agent!"})");
  if (path == "/api/v0/listening-ports") return json(200, sources.portsJson());
  if (path == "/api/v0/netcheck") return json(200, sources.netcheckJson());
  if (path == "/debug/logs") return logAnswer(sources.logFile);
  if (path == "/debug/manifest") {
    std::string manifest = sources.manifestJson();
    if (manifest.empty()) return json(500, R"({"message":"No manifest yet."})");
    return json(200, std::move(manifest));
  }
  return json(404, R"({"message":"Route not found."})");
}

Task<void> handle(std::shared_ptr<const HttpApiSources> sources, http::Exchange& exchange) {
  co_await exchange.respond(answer(*sources, exchange.request()));
}

}  // namespace

http::Handler makeHttpApi(HttpApiSources sources) {
  const auto shared = std::make_shared<const HttpApiSources>(std::move(sources));
  return {.handle = [shared](http::Exchange& exchange) { return handle(shared, exchange); }, .bodyLimit = {}};
}

}  // namespace berth::agent

// Texts that come in queries and settings: search, schedules, times, URLs.
#include "core/api/Json.h"
#include "core/base/Clock.h"
#include "core/http/Message.h"
#include "core/server/workspaces/Schedule.h"
#include "core/server/workspaces/Search.h"

using namespace berth;
using namespace berth::server;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)parseWorkspaceFilter(text, "me");
  if (const auto schedule = parseSchedule(text)) (void)nextStart(*schedule, WallTime());
  (void)parseRfc3339(text);
  if (const auto url = http::parseUrl(text)) (void)http::parseUrl(url->toString()).value();
  if (const auto decoded = http::percentDecode(text)) (void)http::percentEncode(*decoded);
  const http::Request request{"GET", text, {{"Cookie", text}}, {}};
  (void)request.query("a");
  (void)request.cookie("a");
  return 0;
}

#include <boost/json.hpp>
#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/Json.h"
#include "app/cli/Terminal.h"
#include "core/base/Version.h"

namespace berth::cli {

namespace {

// IDE plug-ins compare `version` with what the server says (reference/rest-api.md 1.13, 9.2).
Task<Result<int>> version(std::string output) {
  if (output == "json")
    print(indentJson(boost::json::serialize(boost::json::object{{"version", kCoderVersion},
                                                                {"berth_version", kBerthVersion},
                                                                {"build_time", "0001-01-01T00:00:00Z"},
                                                                {"external_url", ""},
                                                                {"slim", false},
                                                                {"agpl", false},
                                                                {"boring_crypto", false}})));
  else
    print(std::format("Berth {} (serves the interfaces of Coder {})", kBerthVersion, kCoderVersion));
  co_return 0;
}

}  // namespace

void registerVersion(const Command& root) {
  const auto output = std::make_shared<std::string>("text");
  const auto command = root.add("version", "Show the version of this program");
  command.choice("--output,-o", *output, {"text", "json"}, "Form of the output").examples({"berth version -o json"});
  command.onRun([output](Context&) { return version(*output); });
}

}  // namespace berth::cli

// A configuration and a lock file from outside.
#include "core/provision/Template.h"

using namespace berth::provision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)readTemplate({{.path = "main.tf", .content = text}, {.path = "x.tf.json", .content = text}});
  (void)withoutHashes(text);
  return 0;
}

// The first byte chooses tar or zip; whatever is let in must stay inside the directory and survive a round trip.
#include "core/provision/Archive.h"

#include <cstdlib>

using namespace berth;
using namespace berth::provision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  const ArchiveLimits limits{.entries = 100, .fileBytes = 1 << 20, .totalBytes = 4 << 20};
  const auto entries = readArchive(bytes, (data[0] & 1) != 0 ? ArchiveFormat::Zip : ArchiveFormat::Tar, limits);
  if (!entries) return 0;
  for (const auto& entry : *entries)
    if (entry.path.starts_with('/') || ("/" + entry.path + "/").contains("/../")) std::abort();
  if (!writeTar(*entries)) std::abort();
  return 0;
}

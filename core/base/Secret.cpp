#include "core/base/Secret.h"

#include <cstring>

namespace berth {

void wipe(void* data, std::size_t size) noexcept {
  if (size > 0) ::explicit_bzero(data, size);
}

}  // namespace berth

// One direction of pipe() (core/base/Stream.h), for those who have more to say about the ends.
#pragma once

#include "core/base/Stream.h"

namespace berth {

// Copies until `from` ends; true when that was in good order and `to` was told with closeWrite(). Closes nothing else.
Task<bool> copyUntilEnd(Stream& from, Stream& to);

}  // namespace berth

// A stream whose first bytes were read already, by the HTTP parser that ran before it.
#pragma once

#include "core/base/Stream.h"

namespace berth::http::detail {

std::unique_ptr<Stream> makePrefixedStream(Bytes prefix, std::shared_ptr<Stream> rest);

}  // namespace berth::http::detail

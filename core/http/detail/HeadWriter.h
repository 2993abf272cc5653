// The text of an HTTP/1.1 head (RFC 9112 2.1). A field with a line break in it is a defect and refused, so that no
// value from outside can add fields.
#pragma once

#include <string>

#include "core/http/Message.h"

namespace berth::http::detail {

Result<std::string> requestHead(const Request& request);
Result<std::string> responseHead(const Response& response);

}  // namespace berth::http::detail

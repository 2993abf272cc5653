// From an error answer of the API to an Error (reference/rest-api.md 1.4).
#pragma once

#include "core/http/Message.h"

namespace berth::client::detail {

Error errorOf(const http::Response& response);

}  // namespace berth::client::detail

// The edge where Asio's error codes become Errors.
#pragma once

#include <boost/system/error_code.hpp>
#include <string_view>

#include "core/base/Error.h"

namespace berth {

// "<what>: Connection refused" with the fitting code: an aborted operation is Cancelled, the peer's orderly end is
// EndOfStream, a broken connection ConnectionLost, an unreachable or refusing peer Unavailable.
[[nodiscard]] Error socketError(const boost::system::error_code& code, std::string_view what);

}  // namespace berth

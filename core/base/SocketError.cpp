#include "core/base/SocketError.h"

#include <boost/asio/error.hpp>
#include <format>

namespace berth {

namespace {

namespace asioError = boost::asio::error;

ErrorCode classify(const boost::system::error_code& code) noexcept {
  // A descriptor that is closed already was closed by this side.
  if (code == asioError::operation_aborted || code == asioError::bad_descriptor) return ErrorCode::Cancelled;
  if (code == asioError::eof) return ErrorCode::EndOfStream;
  if (code == asioError::timed_out) return ErrorCode::Timeout;
  if (code == asioError::connection_refused || code == asioError::host_unreachable ||
      code == asioError::network_unreachable || code == asioError::network_down || code == asioError::host_not_found ||
      code == asioError::host_not_found_try_again || code == asioError::no_data)
    return ErrorCode::Unavailable;
  if (code == asioError::address_in_use) return ErrorCode::AlreadyExists;
  if (code == asioError::access_denied) return ErrorCode::PermissionDenied;
  if (code == asioError::no_descriptors || code == asioError::no_buffer_space) return ErrorCode::LimitExceeded;
  return ErrorCode::ConnectionLost;
}

}  // namespace

Error socketError(const boost::system::error_code& code, std::string_view what) {
  return Error(classify(code), std::format("{}: {}", what, code.message()));
}

}  // namespace berth

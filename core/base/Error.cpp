#include "core/base/Error.h"

#include <cerrno>
#include <system_error>

namespace berth {

std::string_view toString(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::InvalidInput: return "invalid input";
    case ErrorCode::NotFound: return "not found";
    case ErrorCode::AlreadyExists: return "already exists";
    case ErrorCode::Conflict: return "conflict";
    case ErrorCode::PermissionDenied: return "permission denied";
    case ErrorCode::Unauthenticated: return "not signed in";
    case ErrorCode::LimitExceeded: return "limit exceeded";
    case ErrorCode::Unavailable: return "unavailable";
    case ErrorCode::Timeout: return "timeout";
    case ErrorCode::Cancelled: return "cancelled";
    case ErrorCode::EndOfStream: return "end of stream";
    case ErrorCode::ConnectionLost: return "connection lost";
    case ErrorCode::ProtocolViolation: return "protocol violation";
    case ErrorCode::Unsupported: return "unsupported";
    case ErrorCode::Internal: return "internal error";
  }
  return "unknown error";
}

Error Error::in(std::string_view what) const {
  std::string text(what);
  text += ": ";
  text += m_message;
  return Error(m_code, std::move(text));
}

static ErrorCode codeOfErrno(int number) {
  switch (number) {
    case ENOENT: return ErrorCode::NotFound;
    case EEXIST: return ErrorCode::AlreadyExists;
    case EACCES:
    case EPERM: return ErrorCode::PermissionDenied;
    case EINVAL:
    case ENAMETOOLONG:
    case ENOTDIR:
    case EISDIR: return ErrorCode::InvalidInput;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE: return ErrorCode::LimitExceeded;
    case ETIMEDOUT: return ErrorCode::Timeout;
    case ECANCELED: return ErrorCode::Cancelled;
    case ECONNRESET:
    case EPIPE:
    case ECONNABORTED: return ErrorCode::ConnectionLost;
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EAGAIN: return ErrorCode::Unavailable;
    default: return ErrorCode::Internal;
  }
}

Error errnoError(int number, std::string_view what) {
  return Error(codeOfErrno(number), std::system_category().message(number)).in(what);
}

}  // namespace berth

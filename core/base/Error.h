// Errors and results: the one error channel of core and tunnel.
//
// An Error says what was tried, on what, and why it failed; context is added on the way up instead of logging at
// every level. Code that switches looks at code(), people read message().
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace berth {

// Few and stable: callers switch on these, never on the text.
enum class ErrorCode {
  InvalidInput,       // the caller's or user's data is wrong; say what to change
  NotFound,           // no such object, or it must not be seen
  AlreadyExists,      // a unique name or id is taken
  Conflict,           // the object's state forbids the operation now
  PermissionDenied,   // known actor, not allowed
  Unauthenticated,    // no or expired credentials
  LimitExceeded,      // a named limit was met; nothing was taken
  Unavailable,        // peer, network or service is away; trying again may help
  Timeout,            // a deadline passed
  Cancelled,          // asked to stop
  EndOfStream,        // the peer closed in good order
  ConnectionLost,     // the peer or network broke the connection
  ProtocolViolation,  // a peer sent what the protocol forbids
  Unsupported,        // the peer asked for something that this program does not do
  Internal,           // a defect of this program or a broken environment
};

// Lower-case words for logs, for example "not found".
std::string_view toString(ErrorCode code) noexcept;

class Error {
 public:
  Error(ErrorCode code, std::string message) : m_code(code), m_message(std::move(message)) {}

  ErrorCode code() const noexcept { return m_code; }
  const std::string& message() const noexcept { return m_message; }

  // The same error with what was being tried in front: "import template 'docker': open /x: permission denied".
  [[nodiscard]] Error in(std::string_view what) const;

 private:
  ErrorCode m_code;
  std::string m_message;
};

template <typename T>
using Result = std::expected<T, Error>;

// return fail(ErrorCode::NotFound, "template 'x'"); works for every Result<T>.
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected<Error>(std::in_place, code, std::move(message));
}
[[nodiscard]] inline std::unexpected<Error> fail(Error error) { return std::unexpected<Error>(std::move(error)); }

// An Error from errno: "open /x: No such file or directory", with the fitting code.
[[nodiscard]] Error errnoError(int number, std::string_view what);

}  // namespace berth

// Passing errors on. `Result<T>`-returning functions use TRY, coroutines CO_TRY:
//   TRY(writeHeader(out));                      // returns the error, drops the value
//   TRY_ASSIGN(auto header, parseHeader(in));   // declares or assigns
#define BERTH_CONCAT_(a, b) a##b
#define BERTH_CONCAT(a, b) BERTH_CONCAT_(a, b)
#define BERTH_TRY_(returnWord, tmp, ...)                      \
  do {                                                        \
    if (auto tmp = (__VA_ARGS__); !tmp) [[unlikely]]          \
      returnWord ::std::unexpected(::std::move(tmp).error()); \
  } while (false)
#define BERTH_TRY_ASSIGN_(returnWord, tmp, decl, ...)       \
  auto tmp = (__VA_ARGS__);                                 \
  if (!tmp) [[unlikely]]                                    \
    returnWord ::std::unexpected(::std::move(tmp).error()); \
  decl = *::std::move(tmp)
#define TRY(...) BERTH_TRY_(return, BERTH_CONCAT(tryResult_, __COUNTER__), __VA_ARGS__)
#define CO_TRY(...) BERTH_TRY_(co_return, BERTH_CONCAT(tryResult_, __COUNTER__), __VA_ARGS__)
#define TRY_ASSIGN(decl, ...) BERTH_TRY_ASSIGN_(return, BERTH_CONCAT(tryResult_, __COUNTER__), decl, __VA_ARGS__)
#define CO_TRY_ASSIGN(decl, ...) BERTH_TRY_ASSIGN_(co_return, BERTH_CONCAT(tryResult_, __COUNTER__), decl, __VA_ARGS__)

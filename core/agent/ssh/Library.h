// Owning handles for libssh's objects.
#pragma once

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

#include <memory>

namespace berth::agent::ssh {

struct SessionDeleter {
  void operator()(ssh_session_struct* session) const noexcept { ssh_free(session); }
};
struct MessageDeleter {
  void operator()(ssh_message_struct* message) const noexcept { ssh_message_free(message); }
};
struct BindDeleter {
  void operator()(ssh_bind_struct* bind) const noexcept { ssh_bind_free(bind); }
};

using SessionHandle = std::unique_ptr<ssh_session_struct, SessionDeleter>;
using MessageHandle = std::unique_ptr<ssh_message_struct, MessageDeleter>;
using BindHandle = std::unique_ptr<ssh_bind_struct, BindDeleter>;

}  // namespace berth::agent::ssh

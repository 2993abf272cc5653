// Git SSH keys of users: Ed25519 in OpenSSH's text forms.
#pragma once

#include "core/store/Records.h"

namespace berth::server {

// A fresh pair; the public half ends with a newline (reference/rest-api.md 2.7).
store::GitSshKeyRecord makeGitSshKey(UserId user, WallTime now);

}  // namespace berth::server

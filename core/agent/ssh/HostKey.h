// The SSH host key of a workspace: the same for the same names, so that a workspace made anew keeps it
// (reference/agent-and-ide.md 2.1).
#pragma once

#include <string>
#include <string_view>

namespace berth::agent::ssh {

// An Ed25519 private key as PEM (RFC 8410), derived from the three names alone. It proves no identity: the tunnel does.
std::string hostKeyPem(std::string_view owner, std::string_view workspace, std::string_view agent);

}  // namespace berth::agent::ssh

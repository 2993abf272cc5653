// Which keys an ssh run gets: the user's own ones first, then the one that the server keeps for the workspace's owner
// (reference/agent-and-ide.md 7.5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::agent::git {

// The key files that ssh would try by itself, in order, of what `ssh -G` prints (ssh_config(5), IdentityFile). They
// need not exist. A "~" at the start becomes `home`.
std::vector<std::string> parseIdentityFiles(std::string_view configuration, const std::string& home);

// The names of ssh(1), for an ssh that cannot be asked.
std::vector<std::string> defaultIdentityFiles(const std::string& home);

// The arguments with each key file in front.
std::vector<std::string> withIdentities(const std::vector<std::string>& keyFiles,
                                        const std::vector<std::string>& arguments);

// git tries out an ssh that it does not know by its name with "-G" as the first argument (git's connect.c); nothing is
// connected then.
bool isProbe(const std::vector<std::string>& arguments);

// What to do about a login that was refused; `publicKey` as in authorized_keys.
std::string refusedAdvice(std::string_view publicKey);

}  // namespace berth::agent::git

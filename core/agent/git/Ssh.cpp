#include "core/agent/git/Ssh.h"

#include <format>

namespace berth::agent::git {

std::vector<std::string> parseIdentityFiles(std::string_view configuration, const std::string& home) {
  constexpr std::string_view kKeyword = "identityfile ";
  std::vector<std::string> files;
  while (!configuration.empty()) {
    std::string_view line = configuration.substr(0, configuration.find('\n'));
    configuration.remove_prefix(std::min(line.size() + 1, configuration.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with(kKeyword)) continue;
    line.remove_prefix(kKeyword.size());
    if (line.starts_with("~/")) {
      files.push_back(home + std::string(line.substr(1)));
    } else if (!line.empty()) {
      files.emplace_back(line);
    }
  }
  return files;
}

std::vector<std::string> defaultIdentityFiles(const std::string& home) {
  std::vector<std::string> files;
  for (const char* name : {"id_rsa", "id_dsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_xmss"})
    files.push_back(home + "/.ssh/" + name);
  return files;
}

std::vector<std::string> withIdentities(const std::vector<std::string>& keyFiles,
                                        const std::vector<std::string>& arguments) {
  std::vector<std::string> all;
  for (const std::string& file : keyFiles) all.insert(all.end(), {"-i", file});
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

bool isProbe(const std::vector<std::string>& arguments) { return !arguments.empty() && arguments.front() == "-G"; }

std::string refusedAdvice(std::string_view publicKey) {
  while (publicKey.ends_with('\n')) publicKey.remove_suffix(1);
  return std::format(
      "\n"
      "ssh could not connect or log in. If the host refused the key, add your public key to your account there and try "
      "again:\n"
      "\n"
      "  {}\n"
      "\n"
      "  GitHub: https://github.com/settings/ssh/new   GitLab: https://gitlab.com/-/user_settings/ssh_keys\n",
      publicKey);
}

}  // namespace berth::agent::git

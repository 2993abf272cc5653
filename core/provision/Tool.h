// Which OpenTofu or Terraform is used, and where its providers come from (reference/provisioning.md 1.4, 9.1).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Task.h"

namespace berth::provision {

struct ToolSettings {
  std::filesystem::path program;             // empty: looked for
  std::filesystem::path providerMirror;      // filesystem mirror; empty or absent: providers come from the registry
  std::filesystem::path cacheDirectory;      // $XDG_CACHE_HOME/berth, where ./dev keeps what it built
  std::vector<std::string> hostEnvironment;  // NAME=value; what OpenTofu's own environment starts from
};

// From BERTH_TOFU, BERTH_PROVIDER_MIRROR, XDG_CACHE_HOME and HOME of this process.
ToolSettings defaultToolSettings();

struct Tool {
  std::filesystem::path program;
  std::string version;  // "1.12.6"
  bool isOpenTofu = true;
};

// The configured program, or the first of: tofu in PATH, tofu in the cache, terraform in PATH. NotFound says how to get
// one; Unsupported names a version that is too old.
Task<Result<Tool>> findTool(ToolSettings settings);

// Directories below the mirror that hold a provider: "registry.opentofu.org/coder/coder", sorted. Empty without mirror.
std::vector<std::string> mirroredProviders(const std::filesystem::path& mirror);

// Versions of one of them in the mirror.
std::vector<std::string> mirroredVersions(const std::filesystem::path& mirror, std::string_view provider);

// CLI configuration that takes mirrored providers from the mirror and all others from their registries.
std::string cliConfiguration(const std::filesystem::path& mirror);

// True when a is at least b; both "1.2.3" with an optional suffix.
bool isVersionAtLeast(std::string_view a, std::string_view b);

}  // namespace berth::provision

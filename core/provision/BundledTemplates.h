// Templates that come with the program (resources/templates), for servers that have none yet.
#pragma once

#include <string>
#include <vector>

#include "core/provision/Archive.h"

namespace berth::provision {

struct BundledTemplate {
  std::string name = {};  // "docker"
  std::string displayName = {};
  std::string description = {};
  std::string icon = {};
  std::vector<std::string> tags = {};
  std::vector<ArchiveEntry> files = {};  // writeTar() makes the archive to import
};

const std::vector<BundledTemplate>& bundledTemplates();
const BundledTemplate* findBundledTemplate(std::string_view name);

}  // namespace berth::provision

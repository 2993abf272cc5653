// What a template's files say before OpenTofu runs (reference/provisioning.md 1.7).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/Error.h"
#include "core/provision/Archive.h"
#include "core/provision/Model.h"
#include "core/provision/Snapshot.h"

namespace berth::provision {

struct TemplateFacts {
  std::vector<TemplateVariable> variables;           // by file, then line
  std::map<std::string, std::string> workspaceTags;  // expressions by key
  std::string readme;
  LocalReferences locals;
  std::string lockFile;
  bool hasModules = false;
  // What decides about providers and backend. Two templates with the same requirements, lock file and without modules
  // can share an initialisation. Empty when a file cannot be read here: then OpenTofu has to judge.
  std::string requirements;
};

// InvalidInput only for tags declared twice; other problems are left for OpenTofu, which explains them better.
Result<TemplateFacts> readTemplate(const std::vector<ArchiveEntry>& files);

// A lock file for use with a mirror: providers that the mirror has in the locked version lose their hashes (a mirrored
// build has others than the registry's), providers that it has only in other versions lose the lock; `warnings` says
// so.
std::string adaptLockFile(std::string_view lockFile, const std::filesystem::path& mirror,
                          std::vector<std::string>& warnings);

// Without any hashes. OpenTofu checks them at each command, which costs more than the rest of a small plan; they were
// checked when the provider was installed.
std::string withoutHashes(std::string_view lockFile);

}  // namespace berth::provision

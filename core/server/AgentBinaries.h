// What /bin/ hands out: the agent (and command line) binaries that workspaces and IDE plug-ins fetch
// (reference/rest-api.md 1.13). Files are looked at anew when they change on disk.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "core/base/Error.h"
#include "core/http/Message.h"

namespace berth::server {

class AgentBinaries {
 public:
  // Files by the name that clients ask for ("coder-linux-amd64"); those that do not exist answer 404 until they do.
  explicit AgentBinaries(std::map<std::string, std::filesystem::path> files);

  // The files that `directory` holds under their own names, and `agent` as this machine's binary if it has none there.
  static AgentBinaries find(const std::filesystem::path& directory, const std::filesystem::path& agent);

  // The answer to GET or HEAD /bin/<name>; underscores in the name count as hyphens.
  http::Response serve(const http::Request& request, std::string name) const;
  http::Response listing() const;

 private:
  struct File {
    std::filesystem::path path;
    std::filesystem::file_time_type changedAt;
    std::uintmax_t size = 0;
    std::string sha1;  // lower-case hex; empty until computed for this changedAt and size
  };
  Result<const File*> current(const std::string& name) const;

  mutable std::map<std::string, File> m_files;
};

}  // namespace berth::server

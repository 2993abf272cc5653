// Holds the dependency table of the source tree (docs: design of the folders in CONTRIBUTING.md) and fails on a new
// arrow. Looks at include lines, since a library can only be used through its headers.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>

namespace {

namespace fs = std::filesystem;

// What each folder may include besides itself. A folder that is not listed here fails the test, so that it gets its
// place in the table when it is made.
const std::map<std::string, std::set<std::string>> kMayUse = {
    {"core/base", {}},
    {"core/http", {"core/base"}},
    {"core/api", {"core/base"}},
    {"core/rpc", {"core/base"}},
    {"core/store", {"core/base"}},
    {"core/client", {"core/base", "core/http", "core/api", "core/rpc"}},
    {"core/provision", {"core/base", "core/api", "core/store"}},
    {"core/agent", {"core/base", "core/http", "core/api", "core/rpc"}},
    {"core/server", {"core/base", "core/http", "core/api", "core/rpc", "core/store", "core/provision"}},
    {"tunnel/wire", {"core/base"}},
    {"tunnel/noise", {"core/base", "tunnel/wire"}},
    {"tunnel/disco", {"core/base", "tunnel/wire"}},
    {"tunnel/stun", {"core/base", "tunnel/wire", "tunnel/link"}},
    {"tunnel/derp", {"core/base", "core/http", "tunnel/wire"}},
    {"tunnel/link", {"core/base", "tunnel/wire"}},
    {"tunnel/coordination", {"core/base", "core/http", "core/rpc", "tunnel/wire"}},
    {"tunnel/path", {"core/base", "tunnel/wire", "tunnel/disco"}},
    {"tunnel/netstack", {"core/base", "tunnel/wire"}},
    {"tunnel/node",
     {"core/base", "core/http", "tunnel/wire", "tunnel/noise", "tunnel/disco", "tunnel/stun", "tunnel/derp",
      "tunnel/link", "tunnel/path", "tunnel/netstack", "tunnel/coordination"}},
    {"tunnel/dialer",
     {"core/base", "core/http", "core/rpc", "core/client", "core/agent", "tunnel/wire", "tunnel/node",
      "tunnel/coordination", "tunnel/derp", "tunnel/netstack", "tunnel/link"}},
    {"tunnel/service", {"core/base", "tunnel/wire", "tunnel/dialer"}},
    {"ui/theme", {}},
    {"ui/bridge", {"core/base", "core/api", "core/http", "core/client"}},
    {"ui/models", {"core/base", "core/api", "ui/theme", "ui/bridge"}},
    {"ui/presenters", {"core/base", "core/api", "ui/theme", "ui/bridge", "ui/models"}},
    {"ui/views", {"core/base", "core/api", "ui/theme", "ui/bridge", "ui/models", "ui/presenters"}},
};

const fs::path& sourceDir() {
  static const fs::path dir = std::getenv("BERTH_SOURCE_DIR");
  return dir;
}

bool isSource(const fs::path& file) { return file.extension() == ".h" || file.extension() == ".cpp"; }

// "core/server" for core/server/routes/X.h: the library a file belongs to is named by the first two folders.
std::string folderOf(const fs::path& relative) {
  auto part = relative.begin();
  const fs::path first = *part++;
  return (first / *part).generic_string();
}

struct Include {
  fs::path file;
  std::string target;
  bool isQt = false;
};

std::vector<Include> includesUnder(const std::string& top) {
  static const std::regex kOurs(R"(^\s*#\s*include\s+"((core|tunnel|ui|app)/[^"]+)\")");
  static const std::regex kQt(R"(^\s*#\s*include\s+<(Q[A-Z]|K[A-Z][a-z]|qt6?keychain))");
  std::vector<Include> found;
  for (const auto& entry : fs::recursive_directory_iterator(sourceDir() / top)) {
    if (!entry.is_regular_file() || !isSource(entry.path())) continue;
    std::ifstream in(entry.path());
    const fs::path file = fs::relative(entry.path(), sourceDir());
    for (std::string line; std::getline(in, line);) {
      std::smatch match;
      if (std::regex_search(line, match, kOurs)) found.push_back({file, match[1], false});
      if (std::regex_search(line, kQt)) found.push_back({file, line, true});
    }
  }
  return found;
}

}  // namespace

TEST(Dependencies, includesFollowTheTable) {
  std::size_t checked = 0;
  for (const auto* top : {"core", "tunnel", "ui"}) {
    for (const auto& include : includesUnder(top)) {
      if (include.isQt) continue;
      const std::string from = folderOf(include.file);
      const std::string to = folderOf(include.target);
      const auto allowed = kMayUse.find(from);
      ASSERT_NE(allowed, kMayUse.end()) << from << " has no place in the table; " << include.file;
      EXPECT_TRUE(from == to || allowed->second.contains(to)) << include.file << " may not include " << include.target;
      ++checked;
    }
  }
  EXPECT_GT(checked, 10U) << "no includes seen: is BERTH_SOURCE_DIR right?";
}

// The agent, the server and the tunnel are built on machines without Qt.
TEST(Dependencies, qtStaysInUiAndTheDesktopProgram) {
  for (const auto* top : {"core", "tunnel", "app/cli", "app/agent"})
    for (const auto& include : includesUnder(top)) EXPECT_FALSE(include.isQt) << include.file << ": " << include.target;
}

// Programs are the roof: nothing may lean on them.
TEST(Dependencies, nothingIncludesApp) {
  for (const auto* top : {"core", "tunnel", "ui"})
    for (const auto& include : includesUnder(top)) EXPECT_FALSE(include.target.starts_with("app/")) << include.file;
}

// Every part says what it is, what it may use and where to start.
TEST(Folders, haveAReadme) {
  for (const auto& [folder, uses] : kMayUse) EXPECT_TRUE(fs::exists(sourceDir() / folder / "README.md")) << folder;
  for (const auto* folder : {"app/cli", "app/agent", "app/desktop", "tests", "tests/e2e", "tests/fuzz", "tests/bench"})
    EXPECT_TRUE(fs::exists(sourceDir() / folder / "README.md")) << folder;
}

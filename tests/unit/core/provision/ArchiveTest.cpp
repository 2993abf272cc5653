#include "core/provision/Archive.h"

#include <gmock/gmock.h>

#include "core/base/Ids.h"
#include "core/provision/Files.h"

using namespace berth;
using namespace berth::provision;

namespace {

namespace fs = std::filesystem;

// A tar header of 512 bytes (POSIX ustar) with the content behind it, for entries that writeTar would never make.
std::string rawEntry(std::string name, char type, std::string content = {}, std::string linkTarget = {}) {
  std::string header(512, '\0');
  const auto put = [&](std::size_t at, std::string_view text) {
    std::ranges::copy(text, header.begin() + static_cast<std::ptrdiff_t>(at));
  };
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, std::format("{:011o}", content.size()));
  put(136, "00000000000");
  header[156] = type;
  put(157, linkTarget);
  put(257, std::string_view("ustar\00000", 8));
  put(148, "        ");
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, std::format("{:06o}", sum));
  header[154] = '\0';
  content.resize((content.size() + 511) / 512 * 512);
  return header + content;
}

std::string tarOf(const std::string& entry) { return entry + std::string(1024, '\0'); }

Result<std::vector<ArchiveEntry>> readTar(const std::string& tar, const ArchiveLimits& limits = {}) {
  return readArchive(asBytes(tar), ArchiveFormat::Tar, limits);
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() : m_path(fs::temp_directory_path() / ("berth-" + Uuid::random().toString())) {
    fs::create_directories(m_path);
  }
  ~TemporaryDirectory() { fs::remove_all(m_path); }
  const fs::path& path() const { return m_path; }

 private:
  fs::path m_path;
};

const std::vector<ArchiveEntry> kEntries = {
    {.path = "main.tf", .content = "# hello\n"},
    {.path = "scripts", .isDirectory = true},
    {.path = "scripts/run.sh", .isExecutable = true, .content = "#!/bin/sh\n"},
};

}  // namespace

TEST(Archive, readsWhatItWrites) {
  for (const auto format : {ArchiveFormat::Tar, ArchiveFormat::Zip}) {
    auto bytes = format == ArchiveFormat::Tar ? writeTar(kEntries) : writeZip(kEntries);
    ASSERT_TRUE(bytes) << bytes.error().message();
    auto entries = readArchive(*bytes, format);
    ASSERT_TRUE(entries) << entries.error().message();
    ASSERT_EQ(entries->size(), 3u);
    EXPECT_EQ((*entries)[0].content, "# hello\n");
    EXPECT_TRUE((*entries)[1].isDirectory);
    EXPECT_EQ((*entries)[2].path, "scripts/run.sh");
    EXPECT_TRUE((*entries)[2].isExecutable);
  }
}

TEST(Archive, theSameEntriesGiveTheSameBytes) {
  auto shuffled = kEntries;
  std::ranges::reverse(shuffled);
  EXPECT_EQ(*writeTar(kEntries), *writeTar(shuffled));
}

TEST(Archive, takesUtf8NamesWhateverTheLocale) {
  for (const auto format : {ArchiveFormat::Tar, ArchiveFormat::Zip}) {
    const std::vector<ArchiveEntry> files = {{.path = "größe/日本.tf", .content = "x"}};
    auto bytes = format == ArchiveFormat::Tar ? writeTar(files) : writeZip(files);
    ASSERT_TRUE(bytes) << bytes.error().message();
    auto entries = readArchive(*bytes, format);
    ASSERT_TRUE(entries) << entries.error().message();
    EXPECT_EQ(entries->at(0).path, files[0].path);
  }
}

TEST(Archive, refusesNamesThatAreNotUtf8) {
  EXPECT_EQ(readTar(tarOf(rawEntry("bad\xff.tf", '0', "x"))).error().code(), ErrorCode::InvalidInput);
  EXPECT_EQ(writeTar({{.path = "bad\xff.tf"}}).error().code(), ErrorCode::InvalidInput);
}

TEST(Archive, refusesWhatLeadsOut) {
  struct Row {
    std::string tar;
    std::string says;
  };
  const Row rows[] = {
      {rawEntry("../evil.tf", '0', "x"), "refusing to extract to non-local path"},
      {rawEntry("a/../../evil.tf", '0', "x"), "refusing to extract to non-local path"},
      {rawEntry("/etc/passwd", '0', "x"), "refusing to extract to non-local path"},
      {rawEntry("link", '2', {}, "/etc/passwd"), "'link' is a link"},
      {rawEntry("hard", '1', {}, "main.tf"), "'hard' is a link"},
      {rawEntry("device", '3'), "neither a plain file nor a directory"},
      {rawEntry("fifo", '6'), "neither a plain file nor a directory"},
      {rawEntry("a", '0', "1") + rawEntry("./a", '0', "2"), "two entries 'a'"},
  };
  for (const auto& row : rows) {
    auto entries = readTar(tarOf(row.tar));
    ASSERT_FALSE(entries) << row.says;
    EXPECT_EQ(entries.error().code(), ErrorCode::InvalidInput);
    EXPECT_THAT(entries.error().message(), testing::HasSubstr(row.says));
  }
}

TEST(Archive, refusesWhatIsTooLarge) {
  const auto tar = tarOf(rawEntry("a", '0', std::string(2000, 'x')) + rawEntry("b", '0', "y"));
  EXPECT_EQ(readTar(tar, {.fileBytes = 1999}).error().code(), ErrorCode::LimitExceeded);
  EXPECT_EQ(readTar(tar, {.totalBytes = 2000}).error().code(), ErrorCode::LimitExceeded);
  EXPECT_EQ(readTar(tar, {.entries = 1}).error().code(), ErrorCode::LimitExceeded);
  EXPECT_TRUE(readTar(tar));
}

TEST(Archive, refusesGarbageAndTruncation) {
  EXPECT_FALSE(readTar(std::string(2000, 'g')));
  EXPECT_FALSE(readArchive(asBytes("PK\x03\x04 nonsense"), ArchiveFormat::Zip));
  const auto tar = tarOf(rawEntry("a", '0', std::string(2000, 'x')));
  EXPECT_FALSE(readTar(tar.substr(0, 1500)));
}

TEST(Archive, unpacksPrivately) {
  TemporaryDirectory directory;
  ASSERT_TRUE(unpack(kEntries, directory.path()));
  EXPECT_EQ(*readFile(directory.path() / "main.tf", 100), "# hello\n");
  EXPECT_EQ(fs::status(directory.path() / "main.tf").permissions(), fs::perms(0600));
  EXPECT_EQ(fs::status(directory.path() / "scripts/run.sh").permissions(), fs::perms(0700));
}

TEST(CollectTemplate, leavesOutStateDotFilesAndTfvars) {
  TemporaryDirectory directory;
  const auto& top = directory.path();
  fs::create_directories(top / ".git");
  fs::create_directories(top / "sub");
  for (const auto* name : {"main.tf", ".terraform.lock.hcl", ".env", ".git/config", "terraform.tfstate",
                           "terraform.tfvars", "x.auto.tfvars", "sub/terraform.tfvars", "README.md"})
    ASSERT_TRUE(writeFile(top / name, name));
  auto entries = collectTemplate(top);
  ASSERT_TRUE(entries) << entries.error().message();
  std::vector<std::string> paths;
  for (const auto& entry : *entries) paths.push_back(entry.path);
  EXPECT_THAT(paths,
              testing::ElementsAre(".terraform.lock.hcl", "README.md", "main.tf", "sub", "sub/terraform.tfvars"));
}

TEST(CollectTemplate, wantsConfigurationAndFewBytes) {
  TemporaryDirectory directory;
  ASSERT_TRUE(writeFile(directory.path() / "README.md", "no template"));
  EXPECT_EQ(collectTemplate(directory.path()).error().code(), ErrorCode::InvalidInput);
  ASSERT_TRUE(writeFile(directory.path() / "main.tf", std::string(kTemplateBytes, 'x')));
  EXPECT_EQ(collectTemplate(directory.path()).error().code(), ErrorCode::LimitExceeded);
}

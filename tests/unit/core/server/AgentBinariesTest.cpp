#include "core/server/AgentBinaries.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/base/Ids.h"

namespace berth::server {
namespace {

namespace fs = std::filesystem;

class AgentBinaries_ : public ::testing::Test {
 protected:
  AgentBinaries_() {
    fs::create_directories(m_directory);
    write("0123456789");
  }
  ~AgentBinaries_() override { fs::remove_all(m_directory); }

  void write(std::string_view text) { std::ofstream(m_path) << text; }
  http::Response request(std::string name, http::Headers headers = {}) {
    return binaries.serve({"GET", "/bin/" + name, std::move(headers), {}}, name);
  }

  fs::path m_directory = fs::path(testing::TempDir()) / ("binaries-" + Uuid::random().toString());
  fs::path m_path = m_directory / "agent";
  AgentBinaries binaries{{{"coder-linux-amd64", m_path}}};
};

constexpr const char* kSha1 = "87acec17cd9dcd20a716cc2cf67417b71c8a7016";  // of "0123456789"

TEST_F(AgentBinaries_, servesTheFile) {
  const auto response = request("coder_linux_amd64");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "0123456789");
  EXPECT_EQ(response.headers.find("ETag"), std::format("\"{}\"", kSha1));
  EXPECT_EQ(response.headers.find("Content-Type"), "application/octet-stream");
  EXPECT_EQ(response.headers.find("X-Original-Content-Length"), "10");
}

TEST_F(AgentBinaries_, knownHashNeedsNoBody) {
  const auto response = request("coder-linux-amd64", {{"If-None-Match", std::format("\"{}\"", kSha1)}});
  EXPECT_EQ(response.status, 304);
  EXPECT_TRUE(response.body.empty());
  EXPECT_EQ(request("coder-linux-amd64", {{"If-None-Match", "\"other\""}}).status, 200);
}

TEST_F(AgentBinaries_, ranges) {
  struct Row {
    const char* range;
    int status;
    const char* body;
    const char* contentRange;
  };
  const Row rows[] = {{"bytes=2-4", 206, "234", "bytes 2-4/10"}, {"bytes=8-", 206, "89", "bytes 8-9/10"},
                      {"bytes=-3", 206, "789", "bytes 7-9/10"},  {"bytes=0-99", 206, "0123456789", "bytes 0-9/10"},
                      {"bytes=10-", 416, "", "bytes */10"},      {"bytes=x-1", 200, "0123456789", nullptr}};
  for (const auto& row : rows) {
    const auto response = request("coder-linux-amd64", {{"Range", row.range}});
    EXPECT_EQ(response.status, row.status) << row.range;
    EXPECT_EQ(response.body, row.body) << row.range;
    EXPECT_EQ(response.headers.find("Content-Range"),
              row.contentRange ? std::optional<std::string_view>(row.contentRange) : std::nullopt);
  }
}

TEST_F(AgentBinaries_, unknownNamesAreNotFound) {
  for (const auto* name : {"coder-linux-armv7", "../agent", "coder-linux-amd64.asc"})
    EXPECT_EQ(request(name).status, 404) << name;
}

TEST_F(AgentBinaries_, changedFileHasAnotherHash) {
  (void)request("coder-linux-amd64");
  write("another text");
  const auto response = request("coder-linux-amd64");
  EXPECT_EQ(response.body, "another text");
  EXPECT_NE(response.headers.find("ETag"), std::format("\"{}\"", kSha1));
}

TEST_F(AgentBinaries_, hashList) {
  EXPECT_EQ(request("coder.sha1").body, std::format("{} *coder-linux-amd64\n", kSha1));
}

}  // namespace
}  // namespace berth::server

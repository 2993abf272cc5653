#include <sqlite3.h>

#include "Sample.h"

using namespace berth;
using namespace berth::store;

namespace {

void execute(const std::filesystem::path& file, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  sqlite3_close(database);
}

}  // namespace

TEST(Migrations, runOnceAndKeepTheData) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "berth.db";
  const auto sample = makeSample();
  for (int i = 0; i < 2; ++i) {
    const auto store = Store::open(file);
    ASSERT_TRUE(store.has_value()) << store.error().message();
    if (i == 0) {
      ASSERT_TRUE((*store)->runBlocking([&](Transaction& tx) { return insertSample(tx, sample); }));
    }
    const auto agent = (*store)->runBlocking([&](Transaction& tx) { return getAgent(tx, sample.agent.id); });
    EXPECT_EQ(agent.value().environmentVariables, sample.agent.environmentVariables);
  }
}

TEST(Migrations, refuseANewerDatabase) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "berth.db";
  ASSERT_TRUE(Store::open(file).has_value());
  execute(file, "PRAGMA user_version = 1000");
  const auto store = Store::open(file);
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code(), ErrorCode::Unsupported);
  EXPECT_NE(store.error().message().find("newer Berth"), std::string::npos);
}

TEST(Migrations, refuseAFileThatIsNoDatabase) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "berth.db";
  std::FILE* out = std::fopen(file.c_str(), "w");
  for (int i = 0; i < 1000; ++i) std::fputs("no database ", out);
  std::fclose(out);
  const auto store = Store::open(file);
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code(), ErrorCode::Internal);
}

TEST(Migrations, leaveNothingBehindWhenAStepFails) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "berth.db";
  // A table in the way makes the first step fail late.
  execute(file, "CREATE TABLE audit_logs (x)");
  ASSERT_FALSE(Store::open(file).has_value());
  execute(file, "DROP TABLE audit_logs");
  const auto store = Store::open(file);
  EXPECT_TRUE(store.has_value()) << store.error().message();
}

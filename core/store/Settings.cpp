#include "core/store/Settings.h"

#include "core/store/Sql.h"

namespace berth::store {

namespace {
const Query kFind{.name = "setting", .text = "SELECT value FROM settings WHERE name = ?"};
const Query kPut{.name = "put setting",
                 .text =
                     "INSERT INTO settings (name, value) VALUES (?, ?) "
                     "ON CONFLICT (name) DO UPDATE SET value = excluded.value"};
}  // namespace

Result<std::optional<std::string>> findSetting(Transaction& tx, std::string_view name) {
  return findValue<std::string>(tx, kFind, name);
}
Result<void> putSetting(Transaction& tx, std::string_view name, std::string_view value) {
  return writeOne(tx, kPut, name, value);
}
Result<std::string> getOrPutSetting(Transaction& tx, std::string_view name, std::string_view fallback) {
  TRY_ASSIGN(auto value, findSetting(tx, name));
  if (value) return *std::move(value);
  TRY(putSetting(tx, name, fallback));
  return std::string(fallback);
}

}  // namespace berth::store

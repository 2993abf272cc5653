// Values that the deployment keeps about itself: its id, keys of its relay and coordinator, flags.
#pragma once

#include <string_view>
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::store {

Result<std::optional<std::string>> findSetting(Transaction& tx, std::string_view name);
Result<void> putSetting(Transaction& tx, std::string_view name, std::string_view value);
// The stored value, or `fallback` stored now: for what is generated once.
Result<std::string> getOrPutSetting(Transaction& tx, std::string_view name, std::string_view fallback);

}  // namespace berth::store

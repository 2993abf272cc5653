// What a database driver does for the queries: bind, run, give back rows. One per dialect, each in its own folder.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/Bytes.h"
#include "core/base/Error.h"

namespace berth::store {

// NULL, integer, floating point, text, bytes: the types that every database has.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;
using Row = std::vector<Value>;

// A named statement with `?` for its parameters. The text lives as long as the program (drivers keep it prepared).
struct Query {
  std::string name;
  std::string text;
};

struct Outcome {
  std::vector<Row> rows;
  std::int64_t changed = 0;  // rows written by INSERT, UPDATE or DELETE
};

// Used on one thread. Errors as Store.h lists them, with the query's name in front.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual Result<Outcome> execute(const Query& query, std::span<const Value> parameters) = 0;
  virtual Result<void> begin() = 0;
  virtual Result<void> commit() = 0;
  virtual void rollback() noexcept = 0;
};

}  // namespace berth::store

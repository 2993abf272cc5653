// The database of the control plane: one file, one connection, one thread that owns it.
//
// Work on it is a function that runs inside one transaction on the database thread: `run` commits when the function
// succeeds and rolls back when it fails. Query functions (Users.h, Workspaces.h, ...) take the Transaction; records
// (Records.h) are what they take and return.
//
//   CO_TRY_ASSIGN(auto user, co_await store.run([id](Transaction& tx) { return findUser(tx, id); }));
//
// Errors: NotFound for a required row that is not there, AlreadyExists for a taken unique value, Conflict for a
// reference to or from another row, LimitExceeded for a full disk, Unavailable for a database locked by another
// process, Internal for everything that is a defect here or a broken file.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include "core/base/Error.h"
#include "core/base/Task.h"

namespace berth::store {

class Connection;

// What a query function works in. Only seen by query files (Sql.h); lives as long as the call of run().
class Transaction {
 public:
  explicit Transaction(Connection& connection) : m_connection(connection) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Connection& connection() noexcept { return m_connection; }

 private:
  Connection& m_connection;
};

class Store {
 public:
  // Opens or creates the file, brings it to this program's version and starts the thread. Unsupported when the file
  // was written by a newer program. Blocks; for start-up.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& file);

  // Waits for the queue as stop() does.
  ~Store();

  // Runs `work` in a transaction and gives its result on the awaiting coroutine's executor. `work` runs on the database
  // thread, so it captures by value and touches nothing else. It may run again from the start when the database asks
  // for it (PostgreSQL's serialisation failures), so it has no other effects. The executor outlives the job: stop()
  // comes before the io_context goes.
  template <typename Work>
  auto run(Work work) -> Task<std::invoke_result_t<Work&, Transaction&>> {
    using Answer = std::invoke_result_t<Work&, Transaction&>;
    // Shared with the database thread: the awaiting frame may be gone before the job is done.
    auto answer = std::make_shared<std::optional<Answer>>();
    auto done = co_await runErased([answer, work = std::move(work)](Transaction& tx) mutable -> Result<void> {
      answer->emplace(work(tx));
      if (!**answer) return fail((*answer)->error());
      return {};
    });
    if (!done) co_return fail(std::move(done).error());
    co_return std::move(**answer);
  }

  // The same for a thread that may block (start-up, tests). Not on an executor's thread.
  template <typename Work>
  auto runBlocking(Work work) -> std::invoke_result_t<Work&, Transaction&> {
    using Answer = std::invoke_result_t<Work&, Transaction&>;
    std::optional<Answer> answer;
    auto done = runErasedBlocking([&](Transaction& tx) -> Result<void> {
      answer.emplace(work(tx));
      if (!*answer) return fail(answer->error());
      return {};
    });
    if (!done) return fail(std::move(done).error());
    return std::move(*answer);
  }

  // Finishes what is queued and closes the file. Later calls of run() fail with Cancelled. May be called twice.
  void stop();

 private:
  using ErasedWork = std::function<Result<void>(Transaction&)>;
  struct Impl;

  explicit Store(std::unique_ptr<Impl> impl);
  Task<Result<void>> runErased(ErasedWork work);
  Result<void> runErasedBlocking(ErasedWork work);

  std::unique_ptr<Impl> m_impl;
};

}  // namespace berth::store

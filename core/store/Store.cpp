#include "core/store/Store.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "core/base/Log.h"
#include "core/store/Connection.h"
#include "core/store/sqlite/SqliteConnection.h"

namespace berth::store {

namespace {

// What a work function throws (bad_alloc, a defect) must not leave the thread.
Result<void> runGuarded(const std::function<Result<void>(Transaction&)>& work, Transaction& tx) {
  try {
    return work(tx);
  } catch (const std::exception& e) {
    return fail(ErrorCode::Internal, e.what());
  }
}

Result<void> runInTransaction(Connection& connection, const std::function<Result<void>(Transaction&)>& work) {
  TRY(connection.begin());
  Transaction tx(connection);
  auto result = runGuarded(work, tx);
  if (result) result = connection.commit();
  if (!result) connection.rollback();
  return result;
}

}  // namespace

// `connection` belongs to the thread; everything else is guarded by `mutex`.
struct Store::Impl {
  using Job = std::move_only_function<void(Connection*)>;  // nullptr: the store has stopped

  std::unique_ptr<Connection> connection;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Job> queue;
  bool isStopping = false;
  std::thread thread;

  void submit(Job job) {
    {
      const std::lock_guard lock(mutex);
      if (!isStopping) {
        queue.push_back(std::move(job));
        wake.notify_one();
        return;
      }
    }
    job(nullptr);
  }

  void loop() {
    while (true) {
      std::unique_lock lock(mutex);
      wake.wait(lock, [this] { return isStopping || !queue.empty(); });
      if (queue.empty()) return;
      Job job = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      job(connection.get());
    }
  }
};

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& file) {
  auto impl = std::make_unique<Impl>();
  TRY_ASSIGN(impl->connection, openSqlite(file));
  TRY(migrateSqlite(*impl->connection));
  impl->thread = std::thread([raw = impl.get()] { raw->loop(); });
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Store::Store(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Store::~Store() { stop(); }

void Store::stop() {
  {
    const std::lock_guard lock(m_impl->mutex);
    if (m_impl->isStopping) return;
    m_impl->isStopping = true;
  }
  m_impl->wake.notify_one();
  m_impl->thread.join();
  m_impl->connection.reset();
}

static Result<void> runJob(Connection* connection, const std::function<Result<void>(Transaction&)>& work) {
  if (connection == nullptr) return fail(ErrorCode::Cancelled, "the database is closed");
  return runInTransaction(*connection, work);
}

Task<Result<void>> Store::runErased(ErasedWork work) {
  auto start = [](auto handler, Impl* impl, ErasedWork erased) {
    // The guard keeps the io_context running meanwhile. All that is of the io_context goes back with the answer: then
    // it may end before this thread has put the job away.
    auto guard = asio::make_work_guard(asio::get_associated_executor(handler));
    impl->submit([handler = std::move(handler), guard = std::move(guard),
                  erased = std::move(erased)](Connection* connection) mutable {
      const auto executor = guard.get_executor();
      asio::post(executor, [handler = std::move(handler), guard = std::move(guard),
                            result = runJob(connection, erased)]() mutable { std::move(handler)(std::move(result)); });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(
      start, asio::use_awaitable, m_impl.get(), std::move(work));
}

Result<void> Store::runErasedBlocking(ErasedWork work) {
  Result<void> result;
  std::mutex mutex;
  std::condition_variable done;
  bool isDone = false;
  m_impl->submit([&](Connection* connection) {
    auto answer = runJob(connection, work);
    const std::lock_guard lock(mutex);
    result = std::move(answer);
    isDone = true;
    done.notify_one();
  });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return isDone; });
  return result;
}

}  // namespace berth::store

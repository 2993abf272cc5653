// Runs provisioner jobs: takes them from the queue, runs OpenTofu, keeps logs, state and results.
//
// Lives on one executor; all calls are made there. A job is a row before it is run and survives the death of this
// process: OpenTofu writes its output into files and goes on, and the next start collects the state, fails the job with
// a reason and leaves nothing unaccounted for (reference/provisioning.md 3, 11).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/Ids.h"
#include "core/base/Task.h"
#include "core/provision/Tool.h"
#include "core/store/Store.h"

namespace berth::provision {

// What a started workspace's owner is to OpenTofu beyond the stored record; asked for at each start build.
struct WorkerOptions {
  ToolSettings tool;
  std::filesystem::path directory;  // job directories and prepared providers; kept between runs
  std::string accessUrl;            // as workspaces reach the server
  std::string version;              // of this program, for the list of daemons
  int workers = 3;
};

// Called on the worker's executor after the change is stored.
struct WorkerEvents {
  std::function<void(JobId)> onJobChanged;  // taken, completed
  std::function<void(JobId)> onJobLog;      // new lines are stored
};

class Worker {
 public:
  Worker(asio::any_io_executor executor, store::Store& store, WorkerOptions options, WorkerEvents events);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Begins to take jobs, after the jobs of a run that died were taken care of. Returns at once.
  void start();

  // A job was inserted.
  void wake();

  // The job's row has its canceled_at: interrupts OpenTofu once, kills it after three minutes. Unknown ids are ignored.
  void cancel(JobId job);

  // Takes no more jobs and interrupts those that run; returns within a second. A job that needs longer is left to
  // OpenTofu, which ends it in good order, and to the next start. May be called twice.
  Task<void> stop();

 private:
  class Impl;
  std::shared_ptr<Impl> m_impl;
};

}  // namespace berth::provision

// Runs one OpenTofu command in a work directory and follows what it prints.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Notifier.h"
#include "core/base/Subprocess.h"
#include "core/base/Task.h"
#include "core/provision/JobDirectory.h"
#include "core/provision/TofuEvent.h"
#include "core/provision/Tool.h"

namespace berth::provision {

// How long an interrupted OpenTofu may finish what it has begun (reference/provisioning.md 3.7).
inline constexpr auto kInterruptPatience = std::chrono::minutes(3);

// The commands of one job that run now, to be stopped together.
class JobControl {
 public:
  enum class Reason { None, Cancelled, Shutdown };

  explicit JobControl(asio::any_io_executor executor) : m_changed(std::move(executor)) {}

  // Interrupts everything that runs, once; what would start later does not start.
  void stop(Reason reason);
  // Shutdown has no time left: commands return at once and their processes go on alone.
  void abandon();

  Reason reason() const noexcept { return m_reason; }
  bool isAbandoned() const noexcept { return m_isAbandoned; }

 private:
  friend class TofuRun;

  Notifier m_changed;
  Reason m_reason = Reason::None;
  bool m_isAbandoned = false;
};

struct TofuCommand {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
};

class TofuRun {
 public:
  using OnEvent = std::function<void(const TofuEvent&)>;

  TofuRun(Tool tool, std::shared_ptr<JobControl> control) : m_tool(std::move(tool)), m_control(std::move(control)) {}

  // Runs to the end. An exit code other than 0 is an error with OpenTofu's first own words: InvalidInput, or Cancelled
  // after a stop. Lines of standard error become events of level error.
  Task<Result<void>> run(WorkDirectory directory, TofuCommand command, OnEvent onEvent);

  // Runs and gives standard output as a whole; for `show -json`.
  Task<Result<std::string>> capture(WorkDirectory directory, TofuCommand command);

 private:
  struct Following;
  SubprocessOptions optionsFor(const WorkDirectory& directory, const TofuCommand& command) const;
  Task<Result<ExitStatus>> follow(Subprocess& child, Following& following);
  Task<Result<ExitStatus>> runChild(WorkDirectory directory, TofuCommand command, Following& following);
  Error stopped(const TofuCommand& command) const;
  Error failure(const TofuCommand& command, const ExitStatus& exit, const Following& following) const;

  Tool m_tool;
  std::shared_ptr<JobControl> m_control;
};

}  // namespace berth::provision

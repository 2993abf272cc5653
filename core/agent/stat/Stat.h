// `coder stat`: what the workspace uses of processor, memory and disk. Output as stock programs print it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/Error.h"

namespace berth::agent::stat {

// A quantity in plain units; printed in multiples of the prefix.
struct Usage {
  double used = 0;
  std::optional<double> total;  // none: no limit
  std::string unit;             // "cores", "B"
};

// "Ki", "Mi", "Gi", "Ti" or "" (1).
std::optional<double> parsePrefix(std::string_view prefix);

// "1.25/15.6 GiB (8%)": at most three digits after the point where they matter.
std::string formatText(const Usage& usage, std::string_view prefix);
// {"total": ..., "unit": ..., "used": ...}, indented.
std::string formatJson(const Usage& usage);

// Readings of one moment, taken from procfs and cgroupfs below `root` ("" for the real ones).
class Source {
 public:
  explicit Source(std::string root = {}) : m_root(std::move(root)) {}

  bool isContainer() const;

  struct CpuSample {
    double usedSeconds = 0;   // processor time
    double totalSeconds = 0;  // host: time of all processors, idle too; container: 0
  };
  Result<CpuSample> hostCpu() const;
  Result<CpuSample> containerCpu() const;
  // Cores that the container may use; none without a limit.
  Result<std::optional<double>> containerCpuLimit() const;

  Result<Usage> hostMemory() const;
  Result<Usage> containerMemory() const;

 private:
  Result<std::string> read(std::string_view path) const;
  bool isVersionTwo() const;
  // Version 2: the value of the nearest group, from ours up to the root, that has the file.
  Result<std::string> readGroupFile(std::string_view name) const;
  Result<std::string> readFirst(std::initializer_list<std::string_view> paths) const;

  std::string m_root;
};

// Of two samples that lie `seconds` apart.
Usage hostCpuUsage(const Source::CpuSample& first, const Source::CpuSample& second, unsigned cores);
Usage containerCpuUsage(const Source::CpuSample& first, const Source::CpuSample& second, double seconds,
                        std::optional<double> limit);

Result<Usage> diskUsage(const std::string& path);

// The command with its arguments after "stat"; prints and returns the exit code.
int run(const std::vector<std::string>& arguments);

}  // namespace berth::agent::stat

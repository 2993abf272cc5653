#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>

#include "core/agent/stat/Stat.h"

namespace berth::agent::stat {

namespace {

constexpr std::string_view kGroupRoot = "/sys/fs/cgroup";
constexpr double kDefaultPeriodMicroseconds = 100'000;                // kernel, cgroup-v2.html, cpu.max
constexpr double kUnlimitedMemoryVersionOne = 9223372036854771712.0;  // what version 1 shows for "no limit"

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::vector<std::string_view> fieldsOf(std::string_view text) {
  std::vector<std::string_view> fields;
  for (std::size_t begin = 0; (begin = text.find_first_not_of(" \t\n", begin)) != std::string_view::npos;) {
    const auto end = std::min(text.find_first_of(" \t\n", begin), text.size());
    fields.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return fields;
}

std::optional<double> parseNumber(std::string_view text) {
  double value = 0;
  text = trim(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The number after a name at the beginning of a line: "MemTotal:  123 kB", "usage_usec 5".
std::optional<double> findValue(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto fields = fieldsOf(text.substr(0, end));
    if (fields.size() >= 2 && fields[0] == name) return parseNumber(fields[1]);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::nullopt;
}

std::unexpected<Error> unreadable(std::string_view path) {
  return fail(ErrorCode::Internal, std::format("read {}: not in the form that is expected", path));
}

}  // namespace

Result<std::string> Source::read(std::string_view path) const {
  const std::string whole = m_root + std::string(path);
  std::ifstream file(whole, std::ios::binary);
  if (!file) return fail(errnoError(errno, "read " + whole));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<std::string> Source::readFirst(std::initializer_list<std::string_view> paths) const {
  Result<std::string> text = fail(ErrorCode::NotFound, "nothing to read");
  for (const std::string_view path : paths)
    if (text = read(path); text) break;
  return text;
}

bool Source::isContainer() const {
  if (const auto groups = read("/proc/1/cgroup"))
    for (const std::string_view sign : {"docker", ".slice", "lxc", "kubepods"})
      if (groups->find(sign) != std::string::npos) return true;
  if (read("/var/run/secrets/kubernetes.io/serviceaccount/token")) return true;
  if (const auto mounts = read("/proc/mounts"); mounts && mounts->find("sysboxfs") != std::string::npos) return true;
  // The root group of a host has no such file.
  return read("/sys/fs/cgroup/cgroup.type").has_value();
}

bool Source::isVersionTwo() const { return read("/sys/fs/cgroup/cgroup.controllers").has_value(); }

Result<std::string> Source::readGroupFile(std::string_view name) const {
  std::string path = "/";
  if (const auto groups = read("/proc/self/cgroup")) {
    const auto at = groups->find("0::");
    if (at != std::string::npos) path = trim(std::string_view(*groups).substr(at + 3, groups->find('\n', at) - at - 3));
  }
  while (true) {
    if (auto text = read(std::string(kGroupRoot) + (path == "/" ? "" : path) + "/" + std::string(name))) return text;
    if (path.size() <= 1) break;
    path = path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
  }
  return fail(ErrorCode::NotFound, std::format("no cgroup of this process has {}", name));
}

Result<Source::CpuSample> Source::hostCpu() const {
  TRY_ASSIGN(const std::string text, read("/proc/stat"));
  const auto fields = fieldsOf(std::string_view(text).substr(0, text.find('\n')));
  if (fields.size() < 5 || fields[0] != "cpu") return unreadable("/proc/stat");
  // user nice system idle iowait irq softirq steal; guest times are part of user's (proc(5))
  double total = 0;
  for (std::size_t i = 1; i < std::min<std::size_t>(fields.size(), 9); ++i) total += parseNumber(fields[i]).value_or(0);
  const double idle = parseNumber(fields[4]).value_or(0);
  const double perSecond = static_cast<double>(::sysconf(_SC_CLK_TCK));
  return CpuSample{(total - idle) / perSecond, total / perSecond};
}

Result<Source::CpuSample> Source::containerCpu() const {
  if (isVersionTwo()) {
    TRY_ASSIGN(const std::string text, readGroupFile("cpu.stat"));
    const auto used = findValue(text, "usage_usec");
    if (!used) return unreadable("cpu.stat");
    return CpuSample{*used / 1e6, 0};
  }
  TRY_ASSIGN(const std::string text,
             readFirst({"/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage", "/sys/fs/cgroup/cpuacct/cpuacct.usage"}));
  const auto used = parseNumber(text);
  if (!used) return unreadable("cpuacct.usage");
  return CpuSample{*used / 1e9, 0};
}

Result<std::optional<double>> Source::containerCpuLimit() const {
  if (isVersionTwo()) {
    const auto text = readGroupFile("cpu.max");
    if (!text) return std::optional<double>();  // the root group has none
    const auto fields = fieldsOf(*text);
    const auto quota = fields.empty() ? std::nullopt : parseNumber(fields[0]);
    if (!quota) return std::optional<double>();  // "max"
    const double period =
        fields.size() < 2 ? kDefaultPeriodMicroseconds : parseNumber(fields[1]).value_or(kDefaultPeriodMicroseconds);
    return std::optional(*quota / period);
  }
  TRY_ASSIGN(const std::string quotaText,
             readFirst({"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us"}));
  TRY_ASSIGN(const std::string periodText,
             readFirst({"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"}));
  const double quota = parseNumber(quotaText).value_or(-1);
  const double period = parseNumber(periodText).value_or(kDefaultPeriodMicroseconds);
  if (quota < 0) return std::optional<double>();
  return std::optional(quota / period);
}

Result<Usage> Source::hostMemory() const {
  TRY_ASSIGN(const std::string text, read("/proc/meminfo"));
  const auto total = findValue(text, "MemTotal:");
  const auto available = findValue(text, "MemAvailable:");
  if (!total || !available) return unreadable("/proc/meminfo");
  return Usage{.used = (*total - *available) * 1024, .total = *total * 1024, .unit = "B"};
}

Result<Usage> Source::containerMemory() const {
  const bool isTwo = isVersionTwo();
  const auto file = [&](std::string_view two, std::string_view one) {
    return isTwo ? readGroupFile(two) : read(std::string("/sys/fs/cgroup/memory/") + std::string(one));
  };
  TRY_ASSIGN(const std::string current, file("memory.current", "memory.usage_in_bytes"));
  TRY_ASSIGN(const std::string details, file("memory.stat", "memory.stat"));
  const auto limit = file("memory.max", "memory.limit_in_bytes");
  const auto used = parseNumber(current);
  // File pages that the kernel gives back first do not count as used.
  const auto inactive = findValue(details, isTwo ? "inactive_file" : "total_inactive_file");
  if (!used || !inactive) return unreadable("memory.stat");
  Usage usage{.used = *used - *inactive, .total = std::nullopt, .unit = "B"};
  if (limit) usage.total = parseNumber(*limit);
  if (usage.total && (*usage.total >= kUnlimitedMemoryVersionOne || *usage.total <= 0)) usage.total.reset();
  return usage;
}

Usage hostCpuUsage(const Source::CpuSample& first, const Source::CpuSample& second, unsigned cores) {
  Usage usage{.used = 0, .total = cores, .unit = "cores"};
  const double total = second.totalSeconds - first.totalSeconds;
  if (total > 0) usage.used = (second.usedSeconds - first.usedSeconds) / total * cores;
  return usage;
}

Usage containerCpuUsage(const Source::CpuSample& first, const Source::CpuSample& second, double seconds,
                        std::optional<double> limit) {
  // A counter that went back was reset: then it counts from zero.
  const double before = second.usedSeconds < first.usedSeconds ? 0 : first.usedSeconds;
  return {.used = (second.usedSeconds - before) / seconds, .total = limit, .unit = "cores"};
}

Result<Usage> diskUsage(const std::string& path) {
  struct statvfs info{};
  if (::statvfs(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return fail(ErrorCode::NotFound, std::format("not found: \"{}\"", path));
    return fail(errnoError(errno, "look at " + path));
  }
  const double unit = static_cast<double>(info.f_frsize);
  return Usage{.used = static_cast<double>(info.f_blocks - info.f_bfree) * unit,
               .total = static_cast<double>(info.f_blocks) * unit,
               .unit = "B"};
}

}  // namespace berth::agent::stat

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "core/agent/stat/Stat.h"

namespace berth::agent::stat {

namespace {

constexpr auto kSampleTime = std::chrono::milliseconds(100);

constexpr const char* kHelp =
    "Shows what the workspace uses.\n\n"
    "Usage: coder stat [cpu|mem|disk] [--host] [--path DIR] [--prefix Ki|Mi|Gi|Ti] [-o text|json]\n"
    "  coder stat cpu            cores in use, of the container where there is one\n"
    "  coder stat mem --host     memory of the whole machine\n"
    "  coder stat disk --path ~  the file system of a directory\n";

struct Wishes {
  std::string what;
  std::string path = "/";
  std::string prefix = "Gi";
  bool wantsHost = false;
  bool wantsJson = false;
  bool wantsHelp = false;
};

Result<Wishes> parse(const std::vector<std::string>& arguments) {
  Wishes wishes;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string name = arguments[i];
    std::optional<std::string> value;
    if (const auto equals = name.find('='); name.starts_with("--") && equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    const auto valueOf = [&]() -> Result<std::string> {
      if (value) return *value;
      if (i + 1 >= arguments.size()) return fail(ErrorCode::InvalidInput, name + " needs a value");
      return arguments[++i];
    };
    if (name == "--host") {
      wishes.wantsHost = value.value_or("true") == "true";
    } else if (name == "--help" || name == "-h") {
      wishes.wantsHelp = true;
    } else if (name == "--path") {
      TRY_ASSIGN(wishes.path, valueOf());
    } else if (name == "--prefix") {
      TRY_ASSIGN(wishes.prefix, valueOf());
      if (wishes.prefix.empty() || !parsePrefix(wishes.prefix))
        return fail(ErrorCode::InvalidInput, "--prefix must be Ki, Mi, Gi or Ti, not " + wishes.prefix);
    } else if (name == "-o" || name == "--output") {
      TRY_ASSIGN(const std::string form, valueOf());
      if (form != "text" && form != "table" && form != "json")
        return fail(ErrorCode::InvalidInput, "--output must be text or json, not " + form);
      wishes.wantsJson = form == "json";
    } else if (name.starts_with('-')) {
      return fail(ErrorCode::InvalidInput, "unknown flag " + name);
    } else if (wishes.what.empty()) {
      wishes.what = name;
    } else if (wishes.what == "disk") {
      wishes.path = name;
    } else {
      return fail(ErrorCode::InvalidInput, "unexpected argument " + name);
    }
  }
  return wishes;
}

Result<Usage> measureCpu(const Source& source, bool ofContainer) {
  const auto sample = [&] { return ofContainer ? source.containerCpu() : source.hostCpu(); };
  TRY_ASSIGN(const Source::CpuSample first, sample());
  const auto begin = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(kSampleTime);
  TRY_ASSIGN(const Source::CpuSample second, sample());
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
  if (!ofContainer) return hostCpuUsage(first, second, std::thread::hardware_concurrency());
  TRY_ASSIGN(const auto limit, source.containerCpuLimit());
  return containerCpuUsage(first, second, passed.count(), limit);
}

Result<Usage> measure(const Wishes& wishes) {
  const Source source;
  const bool ofContainer = !wishes.wantsHost && source.isContainer();
  if (wishes.what == "cpu") return measureCpu(source, ofContainer);
  if (wishes.what == "mem") return ofContainer ? source.containerMemory() : source.hostMemory();
  if (wishes.what == "disk") return diskUsage(wishes.path);
  return fail(ErrorCode::InvalidInput, std::format("unknown statistic \"{}\": cpu, mem or disk", wishes.what));
}

std::string textOf(const Result<Usage>& usage, std::string_view prefix) {
  return usage ? formatText(*usage, prefix) : "-";
}

// Everything at once, as a table of one row or as JSON.
int showAll(bool wantsJson) {
  const Source source;
  const bool isContainer = source.isContainer();
  const char* home = std::getenv("HOME");
  const auto none = [] { return Result<Usage>(fail(ErrorCode::Unsupported, "not in a container")); };
  const std::pair<const char*, Result<Usage>> columns[] = {
      {"host_cpu", measureCpu(source, false)},
      {"host_memory", source.hostMemory()},
      {"home_disk", diskUsage(home == nullptr ? "/" : home)},
      {"container_cpu", isContainer ? measureCpu(source, true) : none()},
      {"container_memory", isContainer ? source.containerMemory() : none()}};
  if (wantsJson) {
    std::string text = "[\n  {";
    for (const char* separator = "\n"; const auto& [name, usage] : columns) {
      std::string value = usage ? formatJson(*usage) : "null";
      for (std::size_t at = 0; (at = value.find('\n', at)) != std::string::npos; at += 5) value.insert(at + 1, "    ");
      text += std::format("{}    \"{}\": {}", separator, name, value);
      separator = ",\n";
    }
    std::printf("%s\n  }\n]\n", text.c_str());
    return 0;
  }
  std::string titles;
  std::string values;
  for (const auto& [name, usage] : columns) {
    std::string title = name;
    for (char& c : title) c = c == '_' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const std::string value = textOf(usage, title.ends_with("CPU") ? "" : "Gi");
    const std::size_t width = std::max(title.size(), value.size()) + 2;
    titles += std::format("{:<{}}", title, width);
    values += std::format("{:<{}}", value, width);
  }
  std::printf("%s\n%s\n", titles.c_str(), values.c_str());
  return 0;
}

}  // namespace

int run(const std::vector<std::string>& arguments) {
  const auto wishes = parse(arguments);
  if (!wishes) {
    std::fprintf(stderr, "stat: %s\n", wishes.error().message().c_str());
    return 1;
  }
  if (wishes->wantsHelp) return std::fputs(kHelp, stdout), 0;
  if (wishes->what.empty()) return showAll(wishes->wantsJson);
  const auto usage = measure(*wishes);
  if (!usage) {
    std::fprintf(stderr, "stat: %s\n", usage.error().message().c_str());
    return 1;
  }
  const std::string_view prefix = wishes->what == "cpu" ? std::string_view() : wishes->prefix;
  std::puts(wishes->wantsJson ? formatJson(*usage).c_str() : formatText(*usage, prefix).c_str());
  return 0;
}

}  // namespace berth::agent::stat

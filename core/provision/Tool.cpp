#include "core/provision/Tool.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>

#include "core/base/Subprocess.h"
#include "core/provision/JsonAccess.h"

extern char** environ;

namespace berth::provision {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOldestVersion = "1.1.0";
constexpr auto kProbeTime = std::chrono::seconds(20);

std::string hostValue(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string_view entry : environment)
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
      return std::string(entry.substr(name.size() + 1));
  return {};
}

// A CLI configuration that does not exist would only make OpenTofu warn, and stand in the way of ours.
bool namesMissingConfiguration(std::string_view entry) {
  constexpr std::string_view kPrefix = "TF_CLI_CONFIG_FILE=";
  std::error_code ignored;
  return entry.starts_with(kPrefix) && !fs::exists(entry.substr(kPrefix.size()), ignored);
}

Result<fs::path> findProgramFile(const ToolSettings& settings) {
  std::error_code ignored;
  if (!settings.program.empty()) {
    if (fs::is_regular_file(settings.program, ignored)) return settings.program;
    return fail(ErrorCode::NotFound, std::format("no OpenTofu at {}: correct the setting", settings.program.string()));
  }
  const std::string path = hostValue(settings.hostEnvironment, "PATH");
  if (auto found = findProgram("tofu", path)) return *found;
  const auto cached = settings.cacheDirectory / "tools" / "tofu";
  if (fs::is_regular_file(cached, ignored)) return cached;
  if (auto found = findProgram("terraform", path)) return *found;
  return fail(ErrorCode::NotFound,
              std::format("neither 'tofu' nor 'terraform' is in PATH, and there is no {}: install OpenTofu "
                          "(https://opentofu.org/docs/intro/install) or set BERTH_TOFU to its path",
                          cached.string()));
}

std::array<int, 3> versionNumbers(std::string_view version) {
  std::array<int, 3> numbers{};
  const char* at = version.data();
  const char* end = at + version.size();
  for (int& number : numbers) {
    const auto parsed = std::from_chars(at, end, number);
    if (parsed.ec != std::errc()) break;
    at = parsed.ptr;
    if (at == end || *at != '.') break;
    ++at;
  }
  return numbers;
}

}  // namespace

ToolSettings defaultToolSettings() {
  ToolSettings settings;
  for (char** entry = environ; entry && *entry; ++entry)
    if (!namesMissingConfiguration(*entry)) settings.hostEnvironment.emplace_back(*entry);
  const auto value = [&](std::string_view name) { return hostValue(settings.hostEnvironment, name); };
  const std::string userCache = value("XDG_CACHE_HOME");
  const fs::path cache = userCache.empty() ? fs::path(value("HOME")) / ".cache" : fs::path(userCache);
  settings.cacheDirectory = cache / "berth";
  settings.program = value("BERTH_TOFU");
  settings.providerMirror = value("BERTH_PROVIDER_MIRROR");
  if (settings.providerMirror.empty()) settings.providerMirror = settings.cacheDirectory / "providers";
  return settings;
}

Task<Result<Tool>> findTool(ToolSettings settings) {
  CO_TRY_ASSIGN(const fs::path program, findProgramFile(settings));
  SubprocessOptions options;
  options.command = {program.string(), "version", "-json"};
  options.environment = settings.hostEnvironment;
  const auto run = co_await runProcess(options, CaptureLimits{1024 * 1024, kProbeTime});
  if (!run) co_return fail(run.error().in("ask for the version of OpenTofu"));
  // Warnings may stand before it.
  const auto begin = std::min(run->output.find('{'), run->output.size());
  const auto answer = parseJson(std::string_view(run->output).substr(begin), "the version of " + program.string());
  if (!answer) co_return fail(answer.error());
  Tool tool;
  tool.program = program;
  tool.version = textAt(asObject(*answer), "terraform_version");
  tool.isOpenTofu = program.filename() != "terraform";
  if (tool.version.empty())
    co_return fail(ErrorCode::InvalidInput, std::format("{} is neither OpenTofu nor Terraform", program.string()));
  if (!isVersionAtLeast(tool.version, kOldestVersion))
    co_return fail(ErrorCode::Unsupported, std::format("{} has version {}: at least {} is needed", program.string(),
                                                       tool.version, kOldestVersion));
  co_return tool;
}

bool isVersionAtLeast(std::string_view a, std::string_view b) { return versionNumbers(a) >= versionNumbers(b); }

std::vector<std::string> mirroredProviders(const fs::path& mirror) {
  std::vector<std::string> providers;
  std::error_code error;
  if (mirror.empty()) return providers;
  for (const auto& host : fs::directory_iterator(mirror, error)) {
    for (const auto& space : fs::directory_iterator(host.path(), error))
      for (const auto& type : fs::directory_iterator(space.path(), error))
        providers.push_back(type.path().lexically_relative(mirror).generic_string());
  }
  std::ranges::sort(providers);
  return providers;
}

std::vector<std::string> mirroredVersions(const fs::path& mirror, std::string_view provider) {
  std::vector<std::string> versions;
  std::error_code error;
  for (const auto& version : fs::directory_iterator(mirror / provider, error))
    versions.push_back(version.path().filename().string());
  std::ranges::sort(versions);
  return versions;
}

std::string cliConfiguration(const fs::path& mirror) {
  const auto providers = mirroredProviders(mirror);
  if (providers.empty()) return "disable_checkpoint = true\n";
  json::array list;
  for (const auto& provider : providers) list.emplace_back(provider);
  const std::string names = json::serialize(list);
  return std::format(
      "disable_checkpoint = true\n"
      "provider_installation {{\n"
      "  filesystem_mirror {{\n    path    = {}\n    include = {}\n  }}\n"
      "  direct {{\n    exclude = {}\n  }}\n"
      "}}\n",
      json::serialize(json::string(mirror.string())), names, names);
}

}  // namespace berth::provision

#include <filesystem>
#include <format>
#include <fstream>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/SshConfigFile.h"
#include "app/cli/Terminal.h"

namespace berth::cli {

namespace {

namespace fs = std::filesystem;

struct ConfigOptions {
  SshConfigOptions section;
  std::string file = "~/.ssh/config";
  std::string program;
  bool isDryRun = false;
  bool removes = false;
  bool usesPrevious = false;
  bool isSure = false;
  bool forcesUnixPaths = false;
};

fs::path expandHome(const std::string& path) {
  if (!path.starts_with("~/")) return path;
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr ? home : "/") / path.substr(2);
}

const char* kindOf(fs::file_type type) {
  switch (type) {
    case fs::file_type::directory: return "a directory";
    case fs::file_type::not_found: return "a link to a file that does not exist";
    case fs::file_type::none: return "out of reach";
    default: return "no regular file";
  }
}

// Nothing for a file that is not there yet.
Result<std::string> readAll(const fs::path& path) {
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  if (type == fs::file_type::not_found && !fs::is_symlink(path, error)) return std::string();
  if (type != fs::file_type::regular)
    return fail(ErrorCode::InvalidInput,
                std::format("{} is {}; --ssh-config-file names a file", path.string(), kindOf(type)));
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(errnoError(errno, std::format("read {}", path.string())));
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Through a temporary file, so that a full disk cannot cost anybody their configuration. Who may read it stays as it
// is.
Result<void> writeAll(const fs::path& path, const std::string& content) {
  std::error_code error;
  if (!fs::exists(path.parent_path(), error)) {
    fs::create_directories(path.parent_path(), error);
    fs::permissions(path.parent_path(), fs::perms::owner_all, error);
  }
  const fs::path target = fs::is_symlink(path, error) ? fs::canonical(path, error) : path;
  const fs::path temporary = target.string() + ".berth";
  const fs::perms permissions = fs::exists(target, error) ? fs::status(target, error).permissions()
                                                          : fs::perms::owner_read | fs::perms::owner_write;
  {
    std::ofstream out(temporary, std::ios::binary);
    if (!out) return fail(errnoError(errno, std::format("write {} by way of {}", path.string(), temporary.string())));
    fs::permissions(temporary, permissions, error);
    out << content;
    if (!out.flush()) return fail(errnoError(errno, std::format("write {}", temporary.string())));
  }
  fs::rename(temporary, target, error);
  if (error) return fail(ErrorCode::Internal, std::format("write {}: {}", target.string(), error.message()));
  return {};
}

Task<Result<api::SshConfigResponse>> deploymentConfig(client::Session& session) {
  auto config = co_await session.sshConfig();
  if (config || config.error().code() != ErrorCode::NotFound) co_return config;
  co_return api::SshConfigResponse{.hostname_prefix = "coder.", .hostname_suffix = {}, .ssh_config_options = {}};
}

Task<Result<SshSection>> makeSection(Context& context, client::Session& session, const ConfigOptions& options) {
  CO_TRY_ASSIGN(const auto deployment, co_await deploymentConfig(session));
  SshSection section{.options = options.section};
  section.prefix = options.section.hostPrefix.empty() ? deployment.hostname_prefix : options.section.hostPrefix;
  section.suffix = options.section.hostSuffix.empty() ? deployment.hostname_suffix : options.section.hostSuffix;
  section.program = options.program.empty() ? context.program().string() : options.program;
  std::error_code ignored;
  section.globalConfig = fs::absolute(context.configDir(), ignored).string();
  std::vector<std::pair<std::string, std::string>> extra(deployment.ssh_config_options.begin(),
                                                         deployment.ssh_config_options.end());
  section.hostOptions = mergeHostOptions(options.section.sshOptions, extra);
  if (options.section.isPerWorkspace) {
    CO_TRY_ASSIGN(const auto workspaces, co_await session.workspaces("owner:\"me\""));
    for (const auto& workspace : workspaces) section.workspaces.push_back(workspace.name);
  }
  co_return section;
}

// Needs no server, which may be gone for good.
Result<int> removeFrom(const fs::path& file, const ConfigOptions& options) {
  TRY_ASSIGN(const auto before, readAll(file));
  const auto removed = removeSection(before);
  if (!removed) return fail(removed.error().in(file.string()));
  const std::string& after = *removed;
  if (after == before) {
    print(std::format("{} has no section for workspaces.", file.string()));
    return 0;
  }
  if (options.isDryRun) {
    print(std::format("{} would lose its section for workspaces.", file.string()));
    return 0;
  }
  if (!options.isSure) TRY(confirm(std::format("Remove the section for workspaces from {}?", file.string())));
  TRY(writeAll(file, after));
  print(std::format("Removed the section for workspaces from {}.", file.string()));
  return 0;
}

Task<Result<int>> configSsh(Context& context, ConfigOptions options) {
  if (options.removes) co_return removeFrom(expandHome(options.file), options);
  CO_TRY_ASSIGN(const auto session, context.session());
  const fs::path file = expandHome(options.file);
  CO_TRY_ASSIGN(const auto before, readAll(file));
  const auto split = splitConfig(before);
  if (!split) co_return fail(split.error().in(file.string()));
  const auto previous = parseOptions(split->section);
  const bool hasNew = options.section != SshConfigOptions();
  if (previous != SshConfigOptions() && previous != options.section) {
    const bool keeps = options.usesPrevious || (!hasNew && isInteractive() && !options.isSure &&
                                                confirm("Keep the options of the last run?").has_value());
    if (keeps) options.section = previous;
  }
  CO_TRY_ASSIGN(const auto section, co_await makeSection(context, *session, options));
  CO_TRY_ASSIGN(const auto after, replaceSection(before, formatSection(section)));
  if (after == before) {
    print("No changes to make.");
    co_return 0;
  }
  if (options.isDryRun) {
    print(std::format("{} would get this section:\n\n{}", file.string(), formatSection(section)));
    co_return 0;
  }
  if (!options.isSure) CO_TRY(confirm(std::format("Write the section for workspaces to {}?", file.string())));
  CO_TRY(writeAll(file, after));
  const std::string example = section.suffix.empty() ? section.prefix + "NAME" : "NAME." + section.suffix;
  print(std::format("Updated {}. Connect to a workspace with, for example: ssh {}", file.string(), example));
  co_return 0;
}

}  // namespace

void registerConfigSsh(const Command& root) {
  const auto options = std::make_shared<ConfigOptions>();
  const auto command = root.add("config-ssh", "Let ssh, scp and IDEs reach workspaces as NAME.coder");
  auto& section = options->section;
  command.option("--ssh-config-file", options->file, "The file to change", "CODER_SSH_CONFIG_FILE")
      .option("--coder-binary-path", options->program, "Program to call; this one by default",
              "CODER_SSH_CONFIG_BINARY_PATH")
      .list("--ssh-option,-o", section.sshOptions, "SSH option for every host as Key=value", "CODER_SSH_CONFIG_OPTS")
      .option("--ssh-host-prefix", section.hostPrefix, "Prefix of host names", "CODER_CONFIGSSH_SSH_HOST_PREFIX")
      .option("--hostname-suffix", section.hostSuffix, "Suffix of host names", "CODER_CONFIGSSH_HOSTNAME_SUFFIX")
      .choice("--wait", section.wait, {"yes", "no", "auto"}, "Wait for start-up scripts", "CODER_CONFIGSSH_WAIT")
      .flag("--disable-autostart", section.disablesAutostart, "Do not start workspaces by connecting",
            "CODER_CONFIGSSH_DISABLE_AUTOSTART")
      .flag("--no-wildcard", section.isPerWorkspace, "One entry for each workspace", "CODER_CONFIGSSH_NO_WILDCARD")
      .flag("--force-unix-filepaths", options->forcesUnixPaths, "Accepted; paths here are always Unix ones",
            "CODER_CONFIGSSH_UNIX_FILEPATHS")
      .flag("--use-previous-options", options->usesPrevious, "Keep the options of the last run",
            "CODER_SSH_USE_PREVIOUS_OPTIONS")
      .flag("--dry-run,-n", options->isDryRun, "Show what would be written", "CODER_SSH_DRY_RUN")
      .flag("--remove", options->removes, "Take the section out of the file again")
      .flag("--yes,-y", options->isSure, "Do not ask")
      .examples({"berth config-ssh -y", "berth config-ssh -o ForwardAgent=yes", "berth config-ssh --dry-run",
                 "berth config-ssh --remove"});
  command.onRun([options](Context& context) { return configSsh(context, *options); });
}

}  // namespace berth::cli

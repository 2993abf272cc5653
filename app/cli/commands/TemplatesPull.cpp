#include <filesystem>
#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/Organizations.h"
#include "app/cli/Terminal.h"
#include "core/provision/Archive.h"

namespace berth::cli {

namespace {

namespace fs = std::filesystem;

struct PullOptions {
  std::string name, destination, version, organization;
  bool asTar = false;
  bool asZip = false;
  bool isSure = false;
};

Task<Result<api::TemplateVersion>> chooseVersion(client::Session& session, const api::Template& found,
                                                 std::string name) {
  if (name.empty() || name == "active") co_return co_await session.templateVersion(found.active_version_id);
  if (name != "latest") co_return co_await session.templateVersionByName(found.id, std::move(name));
  CO_TRY_ASSIGN(auto versions, co_await session.templateVersions(found.id));
  const auto latest = std::ranges::max_element(versions, {}, &api::TemplateVersion::created_at);
  if (latest == versions.end()) co_return fail(ErrorCode::NotFound, "the template has no versions");
  co_return std::move(*latest);
}

Result<void> unpackInto(const fs::path& destination, const std::string& tar, bool isSure) {
  std::error_code error;
  const bool isOccupied = fs::exists(destination, error) && !fs::is_empty(destination, error);
  if (isOccupied && !isSure) TRY(confirm(std::format("{} is not empty. Write into it?", destination.string())));
  fs::create_directories(destination, error);
  if (error)
    return fail(ErrorCode::PermissionDenied, std::format("make {}: {}", destination.string(), error.message()));
  TRY_ASSIGN(const auto entries, provision::readArchive(asBytes(tar), provision::ArchiveFormat::Tar));
  return provision::unpack(entries, destination);
}

Task<Result<int>> pull(Context& context, PullOptions options) {
  if (options.asTar && options.asZip) co_return fail(ErrorCode::InvalidInput, "--tar and --zip exclude each other");
  CO_TRY_ASSIGN(const auto session, context.session());
  CO_TRY_ASSIGN(const auto organization, co_await chooseOrganization(*session, options.organization));
  CO_TRY_ASSIGN(const auto found, co_await session->templateByName(organization.id, options.name));
  CO_TRY_ASSIGN(const auto version, co_await chooseVersion(*session, found, options.version));
  CO_TRY_ASSIGN(const auto archive, co_await session->downloadFile(version.job.file_id, options.asZip));
  if (options.asTar || options.asZip) {
    std::fwrite(archive.data(), 1, archive.size(), stdout);
    co_return 0;
  }
  const fs::path destination = options.destination.empty() ? options.name : options.destination;
  CO_TRY(unpackInto(destination, archive, options.isSure));
  printStatus(std::format("Version {} of {} is in {}.", version.name, found.name, destination.string()));
  co_return 0;
}

}  // namespace

void registerTemplatesPull(const Command& templates) {
  const auto options = std::make_shared<PullOptions>();
  const auto command = templates.add("pull", "Download a template");
  command.positional("name", options->name, "Name of the template")
      .positional("destination", options->destination, "Directory; the template's name by default", false)
      .option("--version", options->version, "active (the default), latest, or the name of a version")
      .option("--org,-O", options->organization, "Organization, by name or id", "CODER_ORGANIZATION")
      .flag("--tar", options->asTar, "Write a tar archive to standard output")
      .flag("--zip", options->asZip, "Write a zip archive to standard output")
      .flag("--yes,-y", options->isSure, "Do not ask")
      .examples({"berth templates pull docker ./docker", "berth templates pull docker --tar > docker.tar"});
  command.onRun([options](Context& context) { return pull(context, *options); });
}

}  // namespace berth::cli

#include "core/provision/Archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <cwchar>
#include <memory>
#include <set>

#include "core/provision/Files.h"

namespace berth::provision {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLockFile = ".terraform.lock.hcl";

struct FreeReader {
  void operator()(archive* reader) const { ::archive_read_free(reader); }
};
struct FreeWriter {
  void operator()(archive* writer) const { ::archive_write_free(writer); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { ::archive_entry_free(entry); }
};
using Reader = std::unique_ptr<archive, FreeReader>;
using Writer = std::unique_ptr<archive, FreeWriter>;
using EntryHandle = std::unique_ptr<archive_entry, FreeEntry>;

// libarchive converts names by the thread's locale, which in a server is "C" and knows ASCII only.
class Utf8Names {
 public:
  Utf8Names() : m_locale(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (m_locale) m_before = ::uselocale(m_locale);
  }
  ~Utf8Names() {
    if (!m_locale) return;
    ::uselocale(m_before);
    ::freelocale(m_locale);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t m_locale;
  locale_t m_before = nullptr;
};

// In the scope of Utf8Names.
bool isUtf8(const char* text) {
  std::mbstate_t state{};
  return std::mbsrtowcs(nullptr, &text, 0, &state) != static_cast<std::size_t>(-1);
}

std::string reasonOf(archive* handle) {
  const char* text = ::archive_error_string(handle);
  return text ? text : "unknown reason";
}

// The path without "./" and trailing slashes; refused when it could lead out of the directory.
Result<std::string> localPath(std::string_view raw) {
  if (raw.find('\0') != std::string_view::npos || raw.find('\\') != std::string_view::npos)
    return fail(ErrorCode::InvalidInput, std::format("archive entry '{}': unusable character in path", raw));
  if (raw.starts_with('/'))
    return fail(ErrorCode::InvalidInput, std::format("refusing to extract to non-local path: '{}' is absolute", raw));
  const auto whole = raw;
  std::string path;
  while (!raw.empty()) {
    const auto slash = raw.find('/');
    const auto part = raw.substr(0, slash);
    raw = slash == std::string_view::npos ? std::string_view() : raw.substr(slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..")
      return fail(ErrorCode::InvalidInput, std::format("refusing to extract to non-local path: '{}'", whole));
    if (!path.empty()) path += '/';
    path += part;
  }
  return path;
}

Result<Reader> openReader(ByteView bytes, ArchiveFormat format) {
  Reader reader(::archive_read_new());
  if (format == ArchiveFormat::Tar) {
    ::archive_read_support_format_tar(reader.get());
    ::archive_read_support_format_empty(reader.get());
  } else {
    ::archive_read_support_format_zip(reader.get());
  }
  if (::archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return fail(ErrorCode::InvalidInput, "unreadable archive: " + reasonOf(reader.get()));
  return reader;
}

Result<void> readContent(archive* reader, ArchiveEntry& entry, std::size_t limit) {
  std::array<char, 64 * 1024> buffer;
  while (true) {
    const auto count = ::archive_read_data(reader, buffer.data(), buffer.size());
    if (count == 0) return {};
    if (count < 0)
      return fail(ErrorCode::InvalidInput, std::format("archive entry '{}': {}", entry.path, reasonOf(reader)));
    if (entry.content.size() + static_cast<std::size_t>(count) > limit)
      return fail(ErrorCode::LimitExceeded,
                  std::format("archive entry '{}' is larger than {} bytes", entry.path, limit));
    entry.content.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

// Nothing for an entry that has no place in a template but does no harm (the archive's own root).
Result<std::optional<ArchiveEntry>> readEntry(archive* reader, archive_entry* header, std::size_t limit) {
  const char* rawPath = ::archive_entry_pathname_utf8(header);
  if (!rawPath || !isUtf8(rawPath)) return fail(ErrorCode::InvalidInput, "archive entry with a name that is not UTF-8");
  TRY_ASSIGN(std::string path, localPath(rawPath));
  const auto type = ::archive_entry_filetype(header);
  if (::archive_entry_hardlink(header) || type == AE_IFLNK)
    return fail(ErrorCode::InvalidInput,
                std::format("archive entry '{}' is a link: templates hold plain files and directories only", path));
  if (type != AE_IFREG && type != AE_IFDIR)
    return fail(ErrorCode::InvalidInput,
                std::format("archive entry '{}' is neither a plain file nor a directory", path));
  if (path.empty()) return std::nullopt;
  ArchiveEntry entry;
  entry.path = std::move(path);
  entry.isDirectory = type == AE_IFDIR;
  entry.isExecutable = !entry.isDirectory && (::archive_entry_perm(header) & 0100) != 0;
  if (!entry.isDirectory) TRY(readContent(reader, entry, limit));
  return entry;
}

Result<Bytes> write(std::vector<ArchiveEntry> entries, bool isZip) {
  const Utf8Names names;
  std::ranges::sort(entries, {}, &ArchiveEntry::path);
  std::size_t capacity = 64 * 1024;
  for (const auto& entry : entries) capacity += entry.content.size() + entry.path.size() * 2 + 4096;
  Bytes bytes(capacity);
  std::size_t used = 0;
  Writer writer(::archive_write_new());
  // Both formats hold UTF-8 names; tar in its oldest form that can carry long ones.
  isZip ? ::archive_write_set_format_zip(writer.get()) : ::archive_write_set_format_pax_restricted(writer.get());
  ::archive_write_set_bytes_in_last_block(writer.get(), 1);
  if (::archive_write_open_memory(writer.get(), bytes.data(), bytes.size(), &used) != ARCHIVE_OK)
    return fail(ErrorCode::Internal, "write archive: " + reasonOf(writer.get()));
  EntryHandle header(::archive_entry_new());
  for (const auto& entry : entries) {
    if (!isUtf8(entry.path.c_str())) return fail(ErrorCode::InvalidInput, "write archive entry: its name is not UTF-8");
    ::archive_entry_clear(header.get());
    ::archive_entry_set_pathname_utf8(header.get(), (entry.isDirectory ? entry.path + "/" : entry.path).c_str());
    ::archive_entry_set_filetype(header.get(), entry.isDirectory ? AE_IFDIR : AE_IFREG);
    ::archive_entry_set_perm(header.get(), entry.isDirectory || entry.isExecutable ? 0755 : 0644);
    ::archive_entry_set_mtime(header.get(), 0, 0);
    ::archive_entry_set_size(header.get(), static_cast<la_int64_t>(entry.content.size()));
    if (::archive_write_header(writer.get(), header.get()) != ARCHIVE_OK ||
        ::archive_write_data(writer.get(), entry.content.data(), entry.content.size()) < 0)
      return fail(ErrorCode::Internal, std::format("write archive entry '{}': {}", entry.path, reasonOf(writer.get())));
  }
  if (::archive_write_close(writer.get()) != ARCHIVE_OK)
    return fail(ErrorCode::Internal, "write archive: " + reasonOf(writer.get()));
  bytes.resize(used);
  return bytes;
}

bool isSkippedFromTemplate(const fs::path& relative) {
  const std::string name = relative.filename().string();
  if (name.starts_with('.')) return name != kLockFile;
  if (name.find(".tfstate") != std::string::npos) return true;
  if (relative.has_parent_path()) return false;
  return name == "terraform.tfvars" || name == "terraform.tfvars.json" || name.ends_with(".auto.tfvars") ||
         name.ends_with(".auto.tfvars.json");
}

bool isConfiguration(const ArchiveEntry& entry) {
  return !entry.isDirectory && entry.path.find('/') == std::string::npos &&
         (entry.path.ends_with(".tf") || entry.path.ends_with(".tf.json"));
}

}  // namespace

Result<std::vector<ArchiveEntry>> readArchive(ByteView bytes, ArchiveFormat format, const ArchiveLimits& limits) {
  const Utf8Names names;
  TRY_ASSIGN(auto reader, openReader(bytes, format));
  std::vector<ArchiveEntry> entries;
  std::set<std::string, std::less<>> files;
  std::size_t total = 0;
  while (true) {
    archive_entry* header = nullptr;
    const int outcome = ::archive_read_next_header(reader.get(), &header);
    if (outcome == ARCHIVE_EOF) return entries;
    if (outcome < ARCHIVE_WARN) return fail(ErrorCode::InvalidInput, "unreadable archive: " + reasonOf(reader.get()));
    TRY_ASSIGN(auto entry, readEntry(reader.get(), header, std::min(limits.fileBytes, limits.totalBytes - total)));
    if (!entry) continue;
    total += entry->content.size();
    if (entries.size() == limits.entries)
      return fail(ErrorCode::LimitExceeded, std::format("archive has more than {} entries", limits.entries));
    if (!entry->isDirectory && !files.insert(entry->path).second)
      return fail(ErrorCode::InvalidInput, std::format("archive has two entries '{}'", entry->path));
    entries.push_back(std::move(*entry));
  }
}

Result<Bytes> writeTar(std::vector<ArchiveEntry> entries) { return write(std::move(entries), false); }
Result<Bytes> writeZip(std::vector<ArchiveEntry> entries) { return write(std::move(entries), true); }

Result<void> unpack(const std::vector<ArchiveEntry>& entries, const fs::path& directory) {
  for (const auto& entry : entries) {
    const fs::path target = directory / entry.path;
    std::error_code error;
    fs::create_directories(entry.isDirectory ? target : target.parent_path(), error);
    if (error) return fail(errnoError(error.value(), "make directory for " + target.string()));
    if (entry.isDirectory) continue;
    TRY(writeFile(target, entry.content, entry.isExecutable ? 0700 : 0600));
  }
  return {};
}

Result<std::vector<ArchiveEntry>> collectTemplate(const fs::path& directory) {
  std::vector<ArchiveEntry> entries;
  std::size_t total = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    const fs::path relative = it->path().lexically_relative(directory);
    const auto status = it->symlink_status();
    if (isSkippedFromTemplate(relative)) {
      if (fs::is_directory(status)) it.disable_recursion_pending();
      continue;
    }
    ArchiveEntry entry{.path = relative.generic_string(), .isDirectory = fs::is_directory(status)};
    if (!entry.isDirectory) {
      if (!fs::is_regular_file(it->status())) continue;
      if (it->file_size() > kTemplateBytes - std::min(total, kTemplateBytes))
        return fail(ErrorCode::LimitExceeded,
                    std::format("template in {} is larger than {} bytes", directory.string(), kTemplateBytes));
      TRY_ASSIGN(entry.content, readFile(it->path(), kTemplateBytes));
      total += entry.content.size();
      entry.isExecutable = (it->status().permissions() & fs::perms::owner_exec) != fs::perms::none;
    }
    entries.push_back(std::move(entry));
  }
  if (error) return fail(errnoError(error.value(), "read template directory " + directory.string()));
  if (std::ranges::none_of(entries, isConfiguration))
    return fail(ErrorCode::InvalidInput,
                std::format("no .tf file in {}: a template needs at least one at its top", directory.string()));
  std::ranges::sort(entries, {}, &ArchiveEntry::path);
  return entries;
}

}  // namespace berth::provision

#include "core/agent/sftp/Server.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace berth::agent::sftp {

namespace {

constexpr std::uint32_t kVersion = 3;
constexpr std::size_t kNamesPerReply = 128;
constexpr mode_t kDefaultFileMode = 0666;
constexpr mode_t kDefaultDirectoryMode = 0777;
constexpr mode_t kModeBits = 07777;

// draft-ietf-secsh-filexfer-02 5
constexpr std::uint32_t kAttrSize = 0x1;
constexpr std::uint32_t kAttrOwner = 0x2;
constexpr std::uint32_t kAttrPermissions = 0x4;
constexpr std::uint32_t kAttrTimes = 0x8;
constexpr std::uint32_t kAttrExtended = 0x80000000;

// draft-ietf-secsh-filexfer-02 6.3
constexpr std::uint32_t kOpenRead = 0x1;
constexpr std::uint32_t kOpenWrite = 0x2;
constexpr std::uint32_t kOpenAppend = 0x4;
constexpr std::uint32_t kOpenCreate = 0x8;
constexpr std::uint32_t kOpenTruncate = 0x10;
constexpr std::uint32_t kOpenExclusive = 0x20;

// OpenSSH PROTOCOL 4.4
constexpr std::uint64_t kStatvfsReadOnly = 0x1;
constexpr std::uint64_t kStatvfsNoSetuid = 0x2;

StatusCode statusOf(int error) {
  switch (error) {
    case 0: return StatusCode::Ok;
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case EBADF: return StatusCode::NoSuchFile;
    case EPERM:
    case EACCES:
    case EFAULT: return StatusCode::PermissionDenied;
    case ENAMETOOLONG:
    case EINVAL: return StatusCode::BadMessage;
    case ENOSYS: return StatusCode::OpUnsupported;
    default: return StatusCode::Failure;
  }
}

void writeAttributes(Writer& writer, const struct stat& info) {
  writer.writeU32(kAttrSize | kAttrOwner | kAttrPermissions | kAttrTimes);
  writer.writeU64(static_cast<std::uint64_t>(info.st_size));
  writer.writeU32(info.st_uid);
  writer.writeU32(info.st_gid);
  writer.writeU32(info.st_mode);
  writer.writeU32(static_cast<std::uint32_t>(info.st_atime));
  writer.writeU32(static_cast<std::uint32_t>(info.st_mtime));
}

// The line that clients show for a name, in the form of `ls -l`.
std::string longName(const std::string& name, const struct stat& info) {
  constexpr std::string_view kKinds = "?pc?d?b?-?l?s???";
  std::string mode(1, kKinds[(info.st_mode >> 12) & 0xF]);
  for (int shift = 6; shift >= 0; shift -= 3) {
    mode += (info.st_mode >> shift & 4) != 0 ? 'r' : '-';
    mode += (info.st_mode >> shift & 2) != 0 ? 'w' : '-';
    mode += (info.st_mode >> shift & 1) != 0 ? 'x' : '-';
  }
  tm parts{};
  ::gmtime_r(&info.st_mtime, &parts);
  char date[32];
  std::strftime(date, sizeof date, "%b %e %Y", &parts);
  return std::format("{} {:>4} {:<8} {:<8} {:>8} {} {}", mode, info.st_nlink, info.st_uid, info.st_gid, info.st_size,
                     date, name);
}

}  // namespace

struct Server::Attributes {
  std::uint32_t flags = 0;
  std::uint64_t size = 0;
  uid_t owner = 0;
  gid_t group = 0;
  mode_t mode = 0;
  timespec times[2]{};

  static Attributes from(Reader& reader) {
    Attributes attributes;
    attributes.flags = reader.readU32();
    if (attributes.flags & kAttrSize) attributes.size = reader.readU64();
    if (attributes.flags & kAttrOwner) {
      attributes.owner = reader.readU32();
      attributes.group = reader.readU32();
    }
    if (attributes.flags & kAttrPermissions) attributes.mode = reader.readU32() & kModeBits;
    if (attributes.flags & kAttrTimes)
      for (timespec& time : attributes.times) time.tv_sec = reader.readU32();
    if (attributes.flags & kAttrExtended)
      for (std::uint32_t count = reader.readU32(); count > 0 && reader.isGood(); --count) {
        reader.readString();
        reader.readString();
      }
    return attributes;
  }
};

// One request being read and answered.
struct Server::Call {
  Reader reader;
  Bytes& out;
  std::uint32_t id = 0;

  std::string text() { return std::string(reader.readString()); }

  void status(StatusCode code, std::string_view message) {
    Writer writer(out, Type::Status);
    writer.writeU32(id);
    writer.writeU32(static_cast<std::uint32_t>(code));
    writer.writeString(message);
    writer.writeString("");
  }
  void status(int error) { status(statusOf(error), error == 0 ? "Success" : std::strerror(error)); }
  // Of a system call's result.
  void statusOfCall(long result) { status(result < 0 ? errno : 0); }

  void name(const std::string& path) {
    Writer writer(out, Type::Name);
    writer.writeU32(id);
    writer.writeU32(1);
    writer.writeString(path);
    writer.writeString(path);
    writer.writeU32(0);
  }
  void attributes(const struct stat& info) {
    Writer writer(out, Type::Attrs);
    writer.writeU32(id);
    writeAttributes(writer, info);
  }
  void handle(std::uint32_t number) {
    Writer writer(out, Type::Handle);
    writer.writeU32(id);
    writer.writeString(std::to_string(number));
  }
};

namespace {

std::uint32_t parseHandle(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

}  // namespace

Server::~Server() {
  for (const auto& [handle, file] : m_files) ::close(file);
}

bool Server::answer(ByteView packet, Bytes& out) {
  Call call{.reader = Reader(packet), .out = out};
  const Type type{call.reader.readU8()};
  if (type == Type::Init) {
    Writer writer(out, Type::Version);
    writer.writeU32(kVersion);
    for (const auto& [name, version] : {std::pair{"posix-rename@openssh.com", "1"},
                                        {"statvfs@openssh.com", "2"},
                                        {"fstatvfs@openssh.com", "2"},
                                        {"hardlink@openssh.com", "1"},
                                        {"fsync@openssh.com", "1"},
                                        {"lsetstat@openssh.com", "1"},
                                        {"limits@openssh.com", "1"},
                                        {"expand-path@openssh.com", "1"}}) {
      writer.writeString(name);
      writer.writeString(version);
    }
    return true;
  }
  call.id = call.reader.readU32();
  if (!call.reader.isGood()) return false;
  dispatch(type, call);
  return true;
}

void Server::dispatch(Type type, Call& call) {
  switch (type) {
    case Type::Open: return open(call);
    case Type::Close: return close(call);
    case Type::Read: return read(call);
    case Type::Write: return write(call);
    case Type::Lstat: return stat(call, false);
    case Type::Stat: return stat(call, true);
    case Type::Fstat: return fstat(call);
    case Type::Setstat: return setAttributes(call, true);
    case Type::Fsetstat: return setFileAttributes(call);
    case Type::Opendir: return openDirectory(call);
    case Type::Readdir: return readDirectory(call);
    case Type::Remove: return call.statusOfCall(::unlink(call.text().c_str()));
    case Type::Mkdir: return makeDirectory(call);
    case Type::Rmdir: return call.statusOfCall(::rmdir(call.text().c_str()));
    case Type::Realpath: return resolve(call, call.text());
    case Type::Rename: return rename(call, false);
    case Type::Readlink: return readLink(call);
    case Type::Symlink: return makeLink(call);
    case Type::Extended: return extended(call);
    case Type::Init:
    case Type::Version:
    case Type::Status:
    case Type::Handle:
    case Type::Data:
    case Type::Name:
    case Type::Attrs:
    case Type::ExtendedReply: break;
  }
  call.status(ENOSYS);
}

void Server::open(Call& call) {
  const std::string path = call.text();
  const std::uint32_t wanted = call.reader.readU32();
  const Attributes attributes = Attributes::from(call.reader);
  if (!call.reader.isGood()) return call.status(EINVAL);
  if (m_files.size() + m_directories.size() >= kMaxHandles) return call.status(EMFILE);
  int flags = O_CLOEXEC;
  if ((wanted & kOpenRead) && (wanted & kOpenWrite))
    flags |= O_RDWR;
  else if (wanted & kOpenWrite)
    flags |= O_WRONLY;
  if (wanted & kOpenAppend) flags |= O_APPEND;
  if (wanted & kOpenCreate) flags |= O_CREAT;
  if (wanted & kOpenTruncate) flags |= O_TRUNC;
  if (wanted & kOpenExclusive) flags |= O_EXCL;
  const mode_t mode = attributes.flags & kAttrPermissions ? attributes.mode : kDefaultFileMode;
  const int file = ::open(path.c_str(), flags, mode);
  if (file < 0) return call.status(errno);
  m_files.emplace(m_nextHandle, file);
  call.handle(m_nextHandle++);
}

int Server::findFile(std::string_view handle) const {
  const auto found = m_files.find(parseHandle(handle));
  return found == m_files.end() ? -1 : found->second;
}

void Server::close(Call& call) {
  const std::uint32_t handle = parseHandle(call.reader.readString());
  if (const auto found = m_files.find(handle); found != m_files.end()) {
    const int result = ::close(found->second);
    m_files.erase(found);
    return call.statusOfCall(result);
  }
  call.status(m_directories.erase(handle) > 0 ? 0 : EBADF);
}

void Server::read(Call& call) {
  const int file = findFile(call.reader.readString());
  const auto offset = static_cast<off_t>(call.reader.readU64());
  const std::size_t length = std::min<std::size_t>(call.reader.readU32(), kMaxData);
  if (!call.reader.isGood()) return call.status(EINVAL);
  const std::size_t begin = call.out.size();
  ssize_t count = 0;
  {
    Writer writer(call.out, Type::Data);
    writer.writeU32(call.id);
    std::byte* target = writer.reserveString(length);
    count = ::pread(file, target, length, offset);
    if (count > 0) {
      writer.shrinkString(static_cast<std::size_t>(count));
      return;
    }
  }
  const int error = errno;
  call.out.resize(begin);
  if (count == 0) return call.status(StatusCode::Eof, "End of file");
  call.status(error);
}

void Server::write(Call& call) {
  const int file = findFile(call.reader.readString());
  auto offset = static_cast<off_t>(call.reader.readU64());
  std::string_view data = call.reader.readString();
  if (!call.reader.isGood()) return call.status(EINVAL);
  // A descriptor opened for appending ignores the offset, as it should.
  while (!data.empty()) {
    const ssize_t count = ::pwrite(file, data.data(), data.size(), offset);
    if (count < 0) return call.status(errno);
    data.remove_prefix(static_cast<std::size_t>(count));
    offset += count;
  }
  call.status(0);
}

void Server::stat(Call& call, bool followsLinks) {
  struct stat info{};
  const std::string path = call.text();
  if ((followsLinks ? ::stat(path.c_str(), &info) : ::lstat(path.c_str(), &info)) < 0) return call.status(errno);
  call.attributes(info);
}

void Server::fstat(Call& call) {
  struct stat info{};
  if (::fstat(findFile(call.reader.readString()), &info) < 0) return call.status(errno);
  call.attributes(info);
}

void Server::setAttributes(Call& call, bool followsLinks) {
  const std::string path = call.text();
  const Attributes wanted = Attributes::from(call.reader);
  if (!call.reader.isGood()) return call.status(EINVAL);
  const int flags = followsLinks ? 0 : AT_SYMLINK_NOFOLLOW;
  int error = 0;
  const auto apply = [&error](int result) {
    if (result < 0) error = errno;
  };
  if ((wanted.flags & kAttrSize) && followsLinks) apply(::truncate(path.c_str(), static_cast<off_t>(wanted.size)));
  if (wanted.flags & kAttrPermissions) apply(::fchmodat(AT_FDCWD, path.c_str(), wanted.mode, flags));
  if (wanted.flags & kAttrTimes) apply(::utimensat(AT_FDCWD, path.c_str(), wanted.times, flags));
  if (wanted.flags & kAttrOwner) apply(::fchownat(AT_FDCWD, path.c_str(), wanted.owner, wanted.group, flags));
  call.status(error);
}

void Server::setFileAttributes(Call& call) {
  const int file = findFile(call.reader.readString());
  const Attributes wanted = Attributes::from(call.reader);
  if (!call.reader.isGood()) return call.status(EINVAL);
  int error = 0;
  const auto apply = [&error](int result) {
    if (result < 0) error = errno;
  };
  if (wanted.flags & kAttrSize) apply(::ftruncate(file, static_cast<off_t>(wanted.size)));
  if (wanted.flags & kAttrPermissions) apply(::fchmod(file, wanted.mode));
  if (wanted.flags & kAttrTimes) apply(::futimens(file, wanted.times));
  if (wanted.flags & kAttrOwner) apply(::fchown(file, wanted.owner, wanted.group));
  call.status(error);
}

void Server::openDirectory(Call& call) {
  const std::string path = call.text();
  if (m_files.size() + m_directories.size() >= kMaxHandles) return call.status(EMFILE);
  DIR* stream = ::opendir(path.c_str());
  if (stream == nullptr) return call.status(errno);
  m_directories.emplace(m_nextHandle, Directory{path, {stream, ::closedir}});
  call.handle(m_nextHandle++);
}

void Server::readDirectory(Call& call) {
  const auto found = m_directories.find(parseHandle(call.reader.readString()));
  if (found == m_directories.end()) return call.status(EBADF);
  DIR* stream = found->second.stream.get();
  std::vector<std::pair<std::string, struct stat>> entries;
  while (entries.size() < kNamesPerReply) {
    const dirent* entry = ::readdir(stream);
    if (entry == nullptr) break;
    struct stat info{};
    if (::fstatat(::dirfd(stream), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0)
      entries.emplace_back(entry->d_name, info);
  }
  if (entries.empty()) return call.status(StatusCode::Eof, "End of file");
  Writer writer(call.out, Type::Name);
  writer.writeU32(call.id);
  writer.writeU32(static_cast<std::uint32_t>(entries.size()));
  for (const auto& [name, info] : entries) {
    writer.writeString(name);
    writer.writeString(longName(name, info));
    writeAttributes(writer, info);
  }
}

// The absolute path; its last part need not exist.
void Server::resolve(Call& call, std::string path) {
  if (path.empty()) path = ".";
  char resolved[PATH_MAX];
  if (::realpath(path.c_str(), resolved) != nullptr) return call.name(resolved);
  if (errno != ENOENT) return call.status(errno);
  std::error_code error;
  const auto weak = std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  if (error) return call.status(ENOENT);
  call.name(weak.string());
}

void Server::readLink(Call& call) {
  char target[PATH_MAX];
  const ssize_t length = ::readlink(call.text().c_str(), target, sizeof target);
  if (length < 0) return call.status(errno);
  call.name(std::string(target, static_cast<std::size_t>(length)));
}

// OpenSSH sends the target first, against the draft, and everybody follows it (OpenSSH PROTOCOL 4.1).
void Server::makeLink(Call& call) {
  const std::string target = call.text();
  const std::string link = call.text();
  if (!call.reader.isGood()) return call.status(EINVAL);
  call.statusOfCall(::symlink(target.c_str(), link.c_str()));
}

// The plain request must not replace a file; OpenSSH's posix-rename does.
void Server::rename(Call& call, bool replaces) {
  const std::string from = call.text();
  const std::string to = call.text();
  if (!call.reader.isGood()) return call.status(EINVAL);
  struct stat info{};
  if (!replaces && ::lstat(to.c_str(), &info) == 0) return call.status(EEXIST);
  call.statusOfCall(::rename(from.c_str(), to.c_str()));
}

void Server::makeDirectory(Call& call) {
  const std::string path = call.text();
  const Attributes attributes = Attributes::from(call.reader);
  if (!call.reader.isGood()) return call.status(EINVAL);
  const mode_t mode = attributes.flags & kAttrPermissions ? attributes.mode : kDefaultDirectoryMode;
  call.statusOfCall(::mkdir(path.c_str(), mode));
}

void Server::extended(Call& call) {
  const std::string_view name = call.reader.readString();
  if (name == "posix-rename@openssh.com") return rename(call, true);
  if (name == "lsetstat@openssh.com") return setAttributes(call, false);
  if (name == "fsync@openssh.com") return call.statusOfCall(::fsync(findFile(call.reader.readString())));
  if (name == "hardlink@openssh.com") {
    const std::string from = call.text();
    const std::string to = call.text();
    return call.statusOfCall(::link(from.c_str(), to.c_str()));
  }
  if (name == "expand-path@openssh.com") {
    std::string path = call.text();
    const char* home = std::getenv("HOME");
    if (home != nullptr && (path == "~" || path.starts_with("~/"))) path.replace(0, 1, home);
    return resolve(call, path);
  }
  if (name == "limits@openssh.com") {
    Writer writer(call.out, Type::ExtendedReply);
    writer.writeU32(call.id);
    for (const std::uint64_t limit : {kMaxPacket, kMaxData, kMaxData, kMaxHandles}) writer.writeU64(limit);
    return;
  }
  struct statvfs info{};
  if (name == "statvfs@openssh.com") {
    const int result = ::statvfs(call.text().c_str(), &info);
    return describeFileSystem(call, result, info);
  }
  if (name == "fstatvfs@openssh.com") {
    const int result = ::fstatvfs(findFile(call.reader.readString()), &info);
    return describeFileSystem(call, result, info);
  }
  call.status(ENOSYS);
}

void Server::describeFileSystem(Call& call, int result, const struct statvfs& info) {
  if (result < 0) return call.status(errno);
  std::uint64_t flags = 0;
  if (info.f_flag & ST_RDONLY) flags |= kStatvfsReadOnly;
  if (info.f_flag & ST_NOSUID) flags |= kStatvfsNoSetuid;
  Writer writer(call.out, Type::ExtendedReply);
  writer.writeU32(call.id);
  for (const std::uint64_t value :
       {std::uint64_t{info.f_bsize}, std::uint64_t{info.f_frsize}, std::uint64_t{info.f_blocks},
        std::uint64_t{info.f_bfree}, std::uint64_t{info.f_bavail}, std::uint64_t{info.f_files},
        std::uint64_t{info.f_ffree}, std::uint64_t{info.f_favail}, std::uint64_t{info.f_fsid}, flags,
        std::uint64_t{info.f_namemax}})
    writer.writeU64(value);
}

}  // namespace berth::agent::sftp

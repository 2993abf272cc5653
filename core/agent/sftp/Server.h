// An SFTP version 3 server (draft-ietf-secsh-filexfer-02 with OpenSSH's extensions) over the files of this process.
//
// It runs as a process of its own on standard input and output, because file access blocks: the agent starts itself
// once more for each sftp session, so that a slow disk or network mount never stalls other sessions, and an image
// without sftp-server is enough.
#pragma once

#include <dirent.h>
#include <sys/statvfs.h>

#include <map>
#include <memory>
#include <string>

#include "core/agent/sftp/Packet.h"

namespace berth::agent::sftp {

inline constexpr std::size_t kMaxPacket = 256 * 1024;       // as OpenSSH's server says
inline constexpr std::size_t kMaxData = kMaxPacket - 1024;  // of one read or write
inline constexpr std::size_t kMaxHandles = 1024;

class Server {
 public:
  Server() = default;
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Answers one request (a packet without its length) at the end of `out`. False ends the session: not a request.
  bool answer(ByteView packet, Bytes& out);

 private:
  struct Directory {
    std::string path;
    std::unique_ptr<DIR, int (*)(DIR*)> stream;
  };
  struct Attributes;
  struct Call;

  void dispatch(Type type, Call& call);
  void open(Call& call);
  void close(Call& call);
  void read(Call& call);
  void write(Call& call);
  void stat(Call& call, bool followsLinks);
  void fstat(Call& call);
  void setAttributes(Call& call, bool followsLinks);
  void setFileAttributes(Call& call);
  void openDirectory(Call& call);
  void readDirectory(Call& call);
  void resolve(Call& call, std::string path);
  void readLink(Call& call);
  void makeLink(Call& call);
  void rename(Call& call, bool replaces);
  void makeDirectory(Call& call);
  void extended(Call& call);
  void describeFileSystem(Call& call, int result, const struct statvfs& info);

  int findFile(std::string_view handle) const;

  std::map<std::uint32_t, int> m_files;
  std::map<std::uint32_t, Directory> m_directories;
  std::uint32_t m_nextHandle = 1;
};

// Serves the descriptors until the input ends; the exit code.
int run(int input, int output);

}  // namespace berth::agent::sftp

// Reading and writing SFTP packets (draft-ietf-secsh-filexfer-02 3 to 7): a length, a type, then integers in network
// order and strings with a length before them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/Bytes.h"

namespace berth::agent::sftp {

// draft-ietf-secsh-filexfer-02 3
enum class Type : std::uint8_t {
  Init = 1,
  Version = 2,
  Open = 3,
  Close = 4,
  Read = 5,
  Write = 6,
  Lstat = 7,
  Fstat = 8,
  Setstat = 9,
  Fsetstat = 10,
  Opendir = 11,
  Readdir = 12,
  Remove = 13,
  Mkdir = 14,
  Rmdir = 15,
  Realpath = 16,
  Stat = 17,
  Rename = 18,
  Readlink = 19,
  Symlink = 20,
  Status = 101,
  Handle = 102,
  Data = 103,
  Name = 104,
  Attrs = 105,
  Extended = 200,
  ExtendedReply = 201,
};

// draft-ietf-secsh-filexfer-02 7
enum class StatusCode : std::uint32_t {
  Ok = 0,
  Eof = 1,
  NoSuchFile = 2,
  PermissionDenied = 3,
  Failure = 4,
  BadMessage = 5,
  OpUnsupported = 8,
};

// Checked reads that move on by themselves. After the first failure everything reads as zero and isGood() is false.
class Reader {
 public:
  explicit Reader(ByteView bytes) : m_rest(bytes) {}

  std::uint8_t readU8();
  std::uint32_t readU32();
  std::uint64_t readU64();
  std::string_view readString();

  bool isGood() const noexcept { return m_isGood; }
  bool isEmpty() const noexcept { return m_rest.empty(); }

 private:
  ByteView take(std::size_t count);

  ByteView m_rest;
  bool m_isGood = true;
};

// One packet at the end of `out`; its length is filled in by finish() (or the destructor).
class Writer {
 public:
  Writer(Bytes& out, Type type);
  ~Writer() { finish(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void writeU8(std::uint8_t value);
  void writeU32(std::uint32_t value);
  void writeU64(std::uint64_t value);
  void writeString(std::string_view text);
  // A string of up to `size` bytes that the caller fills; shrinkString() then gives its true length.
  std::byte* reserveString(std::size_t size);
  void shrinkString(std::size_t size);
  void finish();

 private:
  void patchU32(std::size_t at, std::uint32_t value);

  Bytes& m_out;
  std::size_t m_begin;
  std::size_t m_stringAt = 0;
  bool m_isFinished = false;
};

}  // namespace berth::agent::sftp

#include "core/agent/sftp/Server.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace berth::agent::sftp {
namespace {

class SftpServer : public testing::Test {
 protected:
  void SetUp() override {
    m_directory = std::filesystem::temp_directory_path() / std::format("berth-sftp-{}", ::getpid());
    std::filesystem::create_directories(m_directory);
  }
  void TearDown() override { std::filesystem::remove_all(m_directory); }

  std::string path(const std::string& name) const { return (m_directory / name).string(); }

  // Sends one request made by `fill` and gives the reply without its length.
  Bytes ask(Type type, const std::function<void(Writer&)>& fill) {
    Bytes request;
    {
      Writer writer(request, type);
      fill(writer);
    }
    Bytes reply;
    EXPECT_TRUE(m_server.answer(ByteView(request).subspan(4), reply));
    EXPECT_GE(reply.size(), 5U);
    EXPECT_EQ(Reader(reply).readU32(), reply.size() - 4);
    reply.erase(reply.begin(), reply.begin() + 4);
    return reply;
  }

  static StatusCode status(const Bytes& reply) {
    Reader reader(reply);
    EXPECT_EQ(Type{reader.readU8()}, Type::Status);
    reader.readU32();
    return StatusCode{reader.readU32()};
  }

  std::string openFile(const std::string& name, std::uint32_t flags) {
    const Bytes reply = ask(Type::Open, [&](Writer& writer) {
      writer.writeU32(7);
      writer.writeString(path(name));
      writer.writeU32(flags);
      writer.writeU32(0);
    });
    Reader reader(reply);
    EXPECT_EQ(Type{reader.readU8()}, Type::Handle);
    EXPECT_EQ(reader.readU32(), 7U);
    return std::string(reader.readString());
  }

  std::filesystem::path m_directory;
  Server m_server;
};

TEST_F(SftpServer, greetsWithVersionThree) {
  const Bytes reply = ask(Type::Init, [](Writer& writer) { writer.writeU32(3); });
  Reader reader(reply);
  EXPECT_EQ(Type{reader.readU8()}, Type::Version);
  EXPECT_EQ(reader.readU32(), 3U);
  EXPECT_EQ(reader.readString(), "posix-rename@openssh.com");
}

TEST_F(SftpServer, writesAndReadsAtOffsets) {
  const std::string handle = openFile("file", 0x1 | 0x2 | 0x8);
  EXPECT_EQ(status(ask(Type::Write,
                       [&](Writer& writer) {
                         writer.writeU32(8);
                         writer.writeString(handle);
                         writer.writeU64(3);
                         writer.writeString("defg");
                       })),
            StatusCode::Ok);
  const Bytes reply = ask(Type::Read, [&](Writer& writer) {
    writer.writeU32(9);
    writer.writeString(handle);
    writer.writeU64(4);
    writer.writeU32(100);
  });
  Reader reader(reply);
  EXPECT_EQ(Type{reader.readU8()}, Type::Data);
  EXPECT_EQ(reader.readU32(), 9U);
  EXPECT_EQ(reader.readString(), "efg");
  EXPECT_TRUE(reader.isEmpty());
}

TEST_F(SftpServer, readingPastTheEndIsEof) {
  const std::string handle = openFile("file", 0x1 | 0x2 | 0x8);
  EXPECT_EQ(status(ask(Type::Read,
                       [&](Writer& writer) {
                         writer.writeU32(1);
                         writer.writeString(handle);
                         writer.writeU64(0);
                         writer.writeU32(10);
                       })),
            StatusCode::Eof);
}

TEST_F(SftpServer, listsADirectoryThenEnds) {
  std::ofstream(path("one")) << "1";
  const Bytes opened = ask(Type::Opendir, [&](Writer& writer) {
    writer.writeU32(1);
    writer.writeString(m_directory.string());
  });
  Reader handleReader(opened);
  handleReader.readU8();
  handleReader.readU32();
  const std::string handle(handleReader.readString());
  const auto readOn = [&] {
    return ask(Type::Readdir, [&](Writer& writer) {
      writer.writeU32(2);
      writer.writeString(handle);
    });
  };
  const Bytes listed = readOn();
  Reader reader(listed);
  EXPECT_EQ(Type{reader.readU8()}, Type::Name);
  reader.readU32();
  EXPECT_EQ(reader.readU32(), 3U);  // ".", ".." and "one"
  EXPECT_EQ(status(readOn()), StatusCode::Eof);
}

TEST_F(SftpServer, plainRenameDoesNotReplaceButPosixRenameDoes) {
  std::ofstream(path("a")) << "a";
  std::ofstream(path("b")) << "b";
  EXPECT_EQ(status(ask(Type::Rename,
                       [&](Writer& writer) {
                         writer.writeU32(1);
                         writer.writeString(path("a"));
                         writer.writeString(path("b"));
                       })),
            StatusCode::Failure);
  EXPECT_EQ(status(ask(Type::Extended,
                       [&](Writer& writer) {
                         writer.writeU32(2);
                         writer.writeString("posix-rename@openssh.com");
                         writer.writeString(path("a"));
                         writer.writeString(path("b"));
                       })),
            StatusCode::Ok);
  EXPECT_FALSE(std::filesystem::exists(path("a")));
}

TEST_F(SftpServer, resolvesPathsThatDoNotExistYet) {
  const Bytes reply = ask(Type::Realpath, [&](Writer& writer) {
    writer.writeU32(1);
    writer.writeString(path("x/../new"));
  });
  Reader reader(reply);
  EXPECT_EQ(Type{reader.readU8()}, Type::Name);
  reader.readU32();
  EXPECT_EQ(reader.readU32(), 1U);
  EXPECT_EQ(reader.readString(), std::filesystem::canonical(m_directory).string() + "/new");
}

TEST_F(SftpServer, namesWhatIsMissingOrUnknown) {
  EXPECT_EQ(status(ask(Type::Stat,
                       [&](Writer& writer) {
                         writer.writeU32(1);
                         writer.writeString(path("nothing"));
                       })),
            StatusCode::NoSuchFile);
  EXPECT_EQ(status(ask(Type::Extended,
                       [](Writer& writer) {
                         writer.writeU32(1);
                         writer.writeString("no-such@example.com");
                       })),
            StatusCode::OpUnsupported);
  EXPECT_EQ(status(ask(Type{99}, [](Writer& writer) { writer.writeU32(1); })), StatusCode::OpUnsupported);
}

TEST_F(SftpServer, survivesEveryTruncation) {
  Bytes request;
  {
    Writer writer(request, Type::Open);
    writer.writeU32(1);
    writer.writeString(path("file"));
    writer.writeU32(0x1);
    writer.writeU32(0x80000000);
    writer.writeU32(0xFFFFFFFF);  // as many extended attributes as it can say
  }
  for (std::size_t length = 0; length + 4 <= request.size(); ++length) {
    Bytes reply;
    const bool isRequest = m_server.answer(ByteView(request).subspan(4, length), reply);
    EXPECT_TRUE(isRequest || reply.empty());
  }
}

}  // namespace
}  // namespace berth::agent::sftp

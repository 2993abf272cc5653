// Both ends of the tunnel service over a real socket, with a backend that only echoes.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fstream>

#include "core/base/Copy.h"
#include "core/base/Log.h"
#include "core/base/Unix.h"
#include "tests/support/Run.h"
#include "tunnel/service/Client.h"
#include "tunnel/service/Server.h"

using namespace berth;
using namespace berth::tunnel;
using namespace berth::tunnel::service;
using namespace std::chrono_literals;

namespace {

constexpr const char* kDeployment = "http://127.0.0.1:7080";
constexpr uid_t kSomebodyElse = 65534;
const AgentId kAgent = AgentId::random();

// Counts itself while it is not closed.
class CountedStream final : public Stream {
 public:
  CountedStream(std::unique_ptr<Stream> stream, int& open) : m_stream(std::move(stream)), m_open(open) { ++m_open; }
  ~CountedStream() override { CountedStream::close(); }
  Task<Result<std::size_t>> readSome(ByteSpan buffer) override { return m_stream->readSome(buffer); }
  Task<Result<void>> write(ByteView data) override { return m_stream->write(data); }
  Task<Result<void>> closeWrite() override { return m_stream->closeWrite(); }
  void close() noexcept override {
    if (!std::exchange(m_isClosed, true)) --m_open;
    m_stream->close();
  }
  asio::any_io_executor executor() override { return m_stream->executor(); }

 private:
  std::unique_ptr<Stream> m_stream;
  int& m_open;
  bool m_isClosed = false;
};

// Every stream's far end sends back what it gets, and ends when that ends.
class EchoBackend final : public Backend {
 public:
  explicit EchoBackend(asio::io_context& io) : m_io(io) {}

  Task<Result<std::unique_ptr<Stream>>> dial(DialRequest request) override {
    requests.push_back(request);
    if (request.deployment != kDeployment) co_return fail(ErrorCode::NotFound, "not signed in there");
    auto [near, far] = makeStreamPair(m_io.get_executor());
    if (isSilent)
      m_silent.push_back(std::move(far));
    else
      asio::co_spawn(m_io, echo(std::move(far)), asio::detached);
    co_return std::make_unique<CountedStream>(std::move(near), openStreams);
  }
  Task<Result<dialer::PingResult>> ping(PingRequest) override {
    co_return dialer::PingResult{2ms, std::nullopt, 999, "Berlin"};
  }

  std::vector<DialRequest> requests;
  bool isSilent = false;  // nothing is sent back, and an end is not answered with an end
  int openStreams = 0;

 private:
  static Task<void> echo(std::unique_ptr<Stream> stream) { co_await copyUntilEnd(*stream, *stream); }

  asio::io_context& m_io;
  std::vector<std::unique_ptr<Stream>> m_silent;
};

struct TunnelService : ::testing::Test {
  asio::io_context io;
  std::filesystem::path runtime =
      std::filesystem::temp_directory_path() / ("berth-service-" + Uuid::random().toString());
  std::filesystem::path path = runtime / "berth" / "tunnel.sock";
  std::shared_ptr<EchoBackend> backend = std::make_shared<EchoBackend>(io);
  std::unique_ptr<Server> server;
  Client client{path};

  void SetUp() override {
    log::setLevel(log::Level::Error);
    std::filesystem::create_directory(runtime);
  }
  ~TunnelService() override { std::filesystem::remove_all(runtime); }

  void start(ServerLimits limits = {}) {
    auto started = Server::start(io.get_executor(), path, backend, limits);
    ASSERT_TRUE(started) << started.error().message();
    server = *std::move(started);
  }
  static DialRequest request() { return {kDeployment, kAgent, 1}; }
  void run(Task<void> task) { test::run(io, std::move(task)); }
  Task<void> until(std::function<bool()> isTrue) {
    while (!isTrue()) co_await asio::post(io, asio::use_awaitable);
  }
};

Task<std::string> readAll(Stream& stream) {
  std::string text;
  Bytes buffer(4096);
  while (true) {
    const auto count = co_await stream.readSome(buffer);
    if (!count) co_return text;
    text += asText(ByteView(buffer).first(*count));
  }
}

mode_t modeOf(const std::filesystem::path& path) {
  struct stat found{};
  EXPECT_EQ(::stat(path.c_str(), &found), 0);
  return found.st_mode & 0777U;
}

}  // namespace

TEST_F(TunnelService, givesAStreamToTheAgentsPort) {
  start();
  run([](TunnelService& t) -> Task<void> {
    auto stream = co_await t.client.dial(request());
    EXPECT_TRUE(stream) << stream.error().message();
    if (!stream) co_return;
    EXPECT_EQ(t.backend->requests, std::vector{request()});
    EXPECT_TRUE(co_await (*stream)->write(asBytes("over and back")));
    EXPECT_TRUE(co_await (*stream)->closeWrite());
    EXPECT_EQ(co_await readAll(**stream), "over and back");
  }(*this));
}

TEST_F(TunnelService, pingsForTheCaller) {
  start();
  run([](TunnelService& t) -> Task<void> {
    const auto pong = co_await t.client.ping({kDeployment, kAgent, 1s});
    EXPECT_TRUE(pong);
    EXPECT_TRUE(pong && pong->regionName == "Berlin");
  }(*this));
}

TEST_F(TunnelService, saysWhyNot) {
  start();
  run([](TunnelService& t) -> Task<void> {
    const auto refused = co_await t.client.dial({"http://elsewhere", kAgent, 1});
    EXPECT_EQ(refused.error().code(), ErrorCode::NotFound);
    EXPECT_EQ(refused.error().message(), "not signed in there");
  }(*this));
}

TEST_F(TunnelService, noAppIsSaidAtOnce) {
  run([](TunnelService& t) -> Task<void> {
    EXPECT_EQ((co_await t.client.dial(request())).error().code(), ErrorCode::NotFound);
    EXPECT_EQ((co_await Client({}).dial(request())).error().code(), ErrorCode::NotFound);
  }(*this));
}

TEST_F(TunnelService, isForItsUserAlone) {
  start();
  EXPECT_EQ(modeOf(path), 0600U);
  EXPECT_EQ(modeOf(path.parent_path()), 0700U);
}

TEST_F(TunnelService, narrowsADirectoryThatIsOpenAndRefusesAForeignOne) {
  std::filesystem::create_directory(path.parent_path());
  ::chmod(path.parent_path().c_str(), 0777);
  start();
  EXPECT_EQ(modeOf(path.parent_path()), 0700U);
  server.reset();
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  ASSERT_EQ(::chown(path.parent_path().c_str(), kSomebodyElse, kSomebodyElse), 0);
  EXPECT_EQ(Server::start(io.get_executor(), path, backend).error().code(), ErrorCode::PermissionDenied);
}

TEST_F(TunnelService, replacesTheSocketOfADeadAppAndStealsNone) {
  std::filesystem::create_directory(path.parent_path());
  std::ofstream(path).put('x');  // what a killed process leaves
  start();
  const auto second = Server::start(io.get_executor(), path, backend);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::Conflict);
  run([](TunnelService& t) -> Task<void> { EXPECT_TRUE(co_await t.client.dial(request())); }(*this));
  server.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
  io.restart();
  io.poll();  // the accepting coroutine lets go of the lock
  start();
}

TEST_F(TunnelService, aCallerThatIsGoneTakesItsStreamAlong) {
  backend->isSilent = true;
  start();
  run([](TunnelService& t) -> Task<void> {
    auto stream = co_await t.client.dial(request());
    co_await t.until([&t] { return t.backend->openStreams == 1; });
    stream->reset();
    co_await t.until([&t] { return t.backend->openStreams == 0; });
  }(*this));
}

TEST_F(TunnelService, anAppThatEndsIsSaidInWords) {
  start();
  run([](TunnelService& t) -> Task<void> {
    auto stream = co_await t.client.dial(request());
    t.server->stop();
    Bytes buffer(1);
    const auto read = co_await (*stream)->readSome(buffer);
    EXPECT_EQ(read.error().code(), ErrorCode::ConnectionLost);
    EXPECT_TRUE(read.error().message().starts_with("the Berth app has ended")) << read.error().message();
    const auto written = co_await (*stream)->write(asBytes("x"));
    EXPECT_EQ(written.error().code(), ErrorCode::ConnectionLost);
  }(*this));
}

// As a killed process for a moment: its connection is gone, its socket takes others that nobody will serve.
TEST_F(TunnelService, anAppThatDiesIsNotTakenForAlive) {
  run([](TunnelService& t) -> Task<void> {
    auto listener = listenUnix(t.io.get_executor(), t.runtime / "dying.sock");
    std::unique_ptr<Stream> served;
    asio::co_spawn(
        t.io,
        [](UnixListener& from, std::unique_ptr<Stream>& out) -> Task<void> {
          out = *co_await from.accept();
          co_await out->write(emitDone());
          out->close();
          out = *co_await from.accept();
          out->close();
        }(**listener, served),
        asio::detached);
    auto stream = co_await Client(t.runtime / "dying.sock").dial(request());
    EXPECT_TRUE(stream);
    if (!stream) co_return;
    Bytes buffer(1);
    EXPECT_EQ((co_await (*stream)->readSome(buffer)).error().code(), ErrorCode::ConnectionLost);
  }(*this));
}

TEST_F(TunnelService, anAgentThatClosesIsNoLoss) {
  start();
  run([](TunnelService& t) -> Task<void> {
    auto stream = co_await t.client.dial(request());
    EXPECT_TRUE(co_await (*stream)->closeWrite());
    Bytes buffer(1);
    EXPECT_EQ((co_await (*stream)->readSome(buffer)).error().code(), ErrorCode::EndOfStream);
  }(*this));
}

TEST_F(TunnelService, halfRequestsAndGarbageEndByThemselves) {
  start({.requestTimeout = 50ms});
  run([](TunnelService& t) -> Task<void> {
    for (const std::string_view text : {"BRTH", "GET / HTTP/1.1\r\n\r\n", ""}) {
      auto raw = co_await connectUnix(t.path);
      EXPECT_TRUE(co_await (*raw)->write(asBytes(text)));
      Bytes buffer(4096);
      while (co_await (*raw)->readSome(buffer)) {
      }
    }
    EXPECT_TRUE(co_await t.client.dial(request())) << "others are not disturbed";
  }(*this));
}

TEST_F(TunnelService, tooManyConnectionsAreTurnedAway) {
  start({.connections = 1});
  run([](TunnelService& t) -> Task<void> {
    const auto first = co_await t.client.dial(request());
    EXPECT_TRUE(first);
    EXPECT_FALSE(co_await t.client.dial(request()));
  }(*this));
}

// As another user, in a process of its own; its exit code is the answer.
TEST_F(TunnelService, programsOfOtherUsersAreTurnedAway) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  start();
  for (const auto& each : {runtime, path.parent_path()}) ::chmod(each.c_str(), 0777);  // as if it had been opened
  ::chmod(path.c_str(), 0777);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setresuid(kSomebodyElse, kSomebodyElse, kSomebodyElse) != 0) ::_exit(2);
    asio::io_context own;
    int code = 3;
    asio::co_spawn(
        own,
        [](std::filesystem::path to, int& out) -> Task<void> {
          auto raw = co_await connectUnix(to);
          Bytes buffer(1);
          // Turned away without a word, before anything was read.
          out = !raw ? 4 : co_await (*raw)->readSome(buffer) ? 5 : 0;
        }(path, code),
        asio::detached);
    own.run();
    ::_exit(code);
  }
  int status = -1;
  run([](TunnelService& t, pid_t whom, int& out) -> Task<void> {
    co_await t.until([whom, &out] { return ::waitpid(whom, &out, WNOHANG) == whom; });
  }(*this, child, status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_TRUE(backend->requests.empty());
}

TEST_F(TunnelService, anImpostorIsNotTalkedTo) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  ::chmod(runtime.c_str(), 0777);
  const auto fake = runtime / "fake.sock";
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setresuid(kSomebodyElse, kSomebodyElse, kSomebodyElse) != 0) ::_exit(2);
    asio::io_context own;
    auto listener = listenUnix(own.get_executor(), fake);
    ::chmod(fake.c_str(), 0777);
    ::pause();
    ::_exit(0);
  }
  run([](std::filesystem::path at, TunnelService& t) -> Task<void> {
    co_await t.until([&at] { return std::filesystem::exists(at) && modeOf(at) == 0777U; });
    Result<std::unique_ptr<Stream>> dialled = fail(ErrorCode::Unavailable, "");
    while (!dialled && dialled.error().code() == ErrorCode::Unavailable)  // until it listens
      dialled = co_await Client(at).dial(request());
    EXPECT_EQ(dialled.error().code(), ErrorCode::PermissionDenied) << dialled.error().message();
  }(fake, *this));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

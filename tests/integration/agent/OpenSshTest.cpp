// OpenSSH's own client against the agent's SSH server.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <future>

#include "core/agent/sftp/Server.h"
#include "tests/integration/agent/SshLoopback.h"

namespace berth::test {
namespace {

struct RunResult {
  int status;
  std::string output;
};

RunResult runShell(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  RunResult result{};
  char buffer[65536];
  // The server's handler for ended children runs in any thread: a read that it interrupts is no end.
  while (std::feof(pipe) == 0) {
    result.output.append(buffer, std::fread(buffer, 1, sizeof buffer, pipe));
    if (std::ferror(pipe) == 0) continue;
    if (errno != EINTR) break;
    std::clearerr(pipe);
  }
  const int raw = ::pclose(pipe);
  result.status = WIFEXITED(raw) ? WEXITSTATUS(raw) : -1;
  return result;
}

class OpenSsh : public testing::Test {
 protected:
  void SetUp() override {
    if (runShell("command -v ssh scp sftp >/dev/null").status != 0) GTEST_SKIP() << "no OpenSSH client";
    m_directory = std::filesystem::temp_directory_path() / std::format("berth-openssh-{}", ::getpid());
    std::filesystem::create_directories(m_directory);
    std::ofstream(m_directory / "config") << "Host box\n HostName 127.0.0.1\n Port " << m_server.port()
                                          << "\n StrictHostKeyChecking no\n UserKnownHostsFile " << path("known")
                                          << "\n LogLevel ERROR\n SendEnv FOO CODER_*\n ConnectTimeout 20\n";
  }
  void TearDown() override { std::filesystem::remove_all(m_directory); }

  std::string path(const std::string& name) const { return (m_directory / name).string(); }
  std::string with(const std::string& program) const { return "timeout 60 " + program + " -F " + path("config") + " "; }
  RunResult ssh(const std::string& arguments, const std::string& before = "") const {
    return runShell(before + with("ssh") + arguments);
  }

  SshLoopback m_server;
  std::filesystem::path m_directory;
};

TEST_F(OpenSsh, execHasEnvironmentDirectoryAndExitCode) {
  const auto [status, output] = ssh("box 'echo $GREETING $FOO $CODER; pwd; exit 7'", "FOO=bar ");
  EXPECT_EQ(status, 7);
  EXPECT_EQ(output, std::format("moin bar true\n{}\n", agent::currentUser().home));
}

TEST_F(OpenSsh, keepsOutputAndErrorApart) {
  EXPECT_EQ(ssh("box 'echo out; echo err >&2' 2>/dev/null").output, "out\n");
  EXPECT_EQ(ssh("box 'echo out; echo err >&2' 2>&1 >/dev/null").output, "err\n");
}

TEST_F(OpenSsh, passesInputAndItsEnd) {
  EXPECT_EQ(ssh("box 'wc -c'", "head -c 3000000 /dev/zero | ").output, "3000000\n");
}

TEST_F(OpenSsh, goesOnWhenTheProgramStopsReading) {
  EXPECT_EQ(ssh("box 'head -c 5; exit 4'", "yes | head -c 20000000 | ").status, 4);
}

TEST_F(OpenSsh, aSignalledProgramGives255) { EXPECT_EQ(ssh("box 'kill -9 $$'").status, 255); }

TEST_F(OpenSsh, terminalHasTypeAndExitCode) {
  const auto [status, output] = ssh("-tt box 'tty; echo $TERM; echo $SSH_TTY; exit 3' </dev/null", "TERM=vt100 ");
  EXPECT_EQ(status, 3);
  EXPECT_TRUE(output.starts_with("/dev/pts/")) << output;
  EXPECT_NE(output.find("vt100\r\n/dev/pts/"), std::string::npos) << output;
}

// The client gets a terminal of its own, whose size changes once the remote program has shown the first one.
TEST_F(OpenSsh, terminalFollowsTheWindow) {
  std::ofstream(path("drive.py")) << R"(
import fcntl, os, pty, struct, sys, termios
child, master = pty.fork()
if child == 0:
    os.execvp("sh", ["sh", "-c", "stty rows 40 cols 100; exec " + sys.argv[1]])
output = b""
while True:
    try:
        data = os.read(master, 4096)
    except OSError:
        break
    if not data:
        break
    if b"40 100" in data:
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
    output += data
sys.stdout.write(output.decode())
)";
  std::ofstream(path("remote"))
      << "stty size; for i in $(seq 200); do s=$(stty size); [ \"$s\" = \"50 120\" ] && break; "
         "sleep 0.05; done; echo $s\n";
  const auto [status, output] =
      runShell("timeout 60 python3 " + path("drive.py") + " '" + with("ssh") + "-tt box sh " + path("remote") + "'");
  EXPECT_EQ(status, 0);
  EXPECT_NE(output.find("40 100"), std::string::npos) << output;
  EXPECT_NE(output.find("50 120"), std::string::npos) << output;
}

TEST_F(OpenSsh, scpBringsAFileBothWays) {
  ASSERT_EQ(runShell("head -c 20000000 /dev/urandom > " + path("there")).status, 0);
  ASSERT_EQ(runShell(with("scp") + "-q " + path("there") + " box:" + path("remote")).status, 0);
  ASSERT_EQ(runShell(with("scp") + "-q box:" + path("remote") + " " + path("back")).status, 0);
  EXPECT_EQ(runShell("cmp " + path("there") + " " + path("back")).status, 0);
}

TEST_F(OpenSsh, oldScpProtocolWorksToo) {
  std::ofstream(path("there")) << "content";
  ASSERT_EQ(runShell(with("scp") + "-O -q " + path("there") + " box:" + path("remote")).status, 0);
  EXPECT_EQ(runShell("cmp " + path("there") + " " + path("remote")).status, 0);
}

TEST_F(OpenSsh, sftpListsMakesAndRemoves) {
  std::ofstream(path("batch")) << "cd " << m_directory.string() << "\nmkdir d\nput " << path("batch")
                               << " d/x\nrename d/x d/y\nchmod 600 d/y\nls -l d\nrm d/y\nrmdir d\ndf\n";
  const auto [status, output] = runShell(with("sftp") + "-b " + path("batch") + " box");
  EXPECT_EQ(status, 0) << output;
  EXPECT_NE(output.find("-rw-------"), std::string::npos) << output;
  EXPECT_FALSE(std::filesystem::exists(path("d")));
}

TEST_F(OpenSsh, refusesOtherSubsystems) { EXPECT_EQ(ssh("-s box nothing").status, 1); }

// The forward leads back to the SSH server itself, through which a second client then talks.
TEST_F(OpenSsh, forwardsTcp) {
  const auto [status, output] =
      runShell(with("ssh") + "-o ProxyCommand='ssh -F " + path("config") +
               " -W localhost:" + std::to_string(m_server.port()) + " box' box 'head -c 2000000 /dev/zero | wc -c'");
  EXPECT_EQ(status, 0);
  EXPECT_EQ(output, "2000000\n");
}

TEST_F(OpenSsh, forwardsToUnixSockets) {
  const std::string relay =
      "timeout 20 ssh -F " + path("config") + " -N -L " + path("near") + ":" + path("far") + " box";
  const auto [status, output] = runShell(
      "python3 - <<'END'\nimport socket, subprocess, time\nlistener = socket.socket(socket.AF_UNIX)\n"
      "listener.bind('" +
      path("far") + "')\nlistener.listen()\nclient = subprocess.Popen('exec " + relay +
      "', shell=True)\nnear = socket.socket(socket.AF_UNIX)\nfor _ in range(200):\n  try:\n    near.connect('" +
      path("near") +
      "')\n    break\n  except OSError:\n    time.sleep(0.05)\nnear.sendall(b'ping')\n"
      "far, _ = listener.accept()\nprint(far.recv(4).decode())\nclient.terminate()\nEND");
  EXPECT_EQ(status, 0);
  EXPECT_EQ(output, "ping\n");
}

TEST_F(OpenSsh, refusesAForwardToAClosedPort) { EXPECT_NE(ssh("-W 127.0.0.1:1 box </dev/null 2>&1").status, 0); }

TEST_F(OpenSsh, forwardsBackToTheClient) {
  const auto [status, output] =
      ssh(std::format("-o LogLevel=INFO -R 0:127.0.0.1:{} box 'sleep 1; true' 2>&1", m_server.port()));
  EXPECT_EQ(status, 0);
  EXPECT_NE(output.find("Allocated port "), std::string::npos) << output;
}

// What listens on the client's side answers a program of the workspace, both ways with a half-close.
TEST_F(OpenSsh, carriesConnectionsBackToTheClient) {
  std::ofstream(path("near.py")) << R"(
import socket, subprocess, sys
listener = socket.create_server(("127.0.0.1", 0))
client = subprocess.Popen(sys.argv[1].replace("PORT", str(listener.getsockname()[1])), shell=True)
peer, _ = listener.accept()
total = 0
while data := peer.recv(65536):
    total += len(data)
peer.sendall(b"got %d" % total)
peer.close()
sys.exit(client.wait())
)";
  std::ofstream(path("far.py")) << R"(
import socket, sys
far = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
far.sendall(bytes(2000000))
far.shutdown(socket.SHUT_WR)
print(far.recv(100).decode())
)";
  const auto free = runShell(
                        "python3 -c 'import socket; s = socket.create_server((\"127.0.0.1\", 0)); "
                        "print(s.getsockname()[1], end=\"\")'")
                        .output;
  const auto [status, output] = runShell("timeout 60 python3 " + path("near.py") + " '" + with("ssh") +
                                         "-o ExitOnForwardFailure=yes -R 127.0.0.1:" + free +
                                         ":127.0.0.1:PORT box python3 " + path("far.py") + " " + free + "'");
  EXPECT_EQ(status, 0);
  EXPECT_EQ(output, "got 2000000\n");
}

TEST_F(OpenSsh, refusesToListenOnATakenPort) {
  const auto [status, output] =
      ssh(std::format("-o ExitOnForwardFailure=yes -R 127.0.0.1:{0}:127.0.0.1:{0} box true 2>&1", m_server.port()));
  EXPECT_EQ(status, 255) << output;
}

// The client's agent holds a key, which a program of the workspace lists and signs with.
TEST_F(OpenSsh, forwardsTheAuthenticationAgent) {
  if (runShell("command -v ssh-agent ssh-add ssh-keygen >/dev/null").status != 0) GTEST_SKIP() << "no ssh-agent";
  ASSERT_EQ(runShell("ssh-keygen -q -t ed25519 -N '' -C the-key -f " + path("key")).status, 0);
  const std::string agent = "ssh-agent sh -c 'ssh-add -q " + path("key") + " && ";
  const auto [status, output] =
      runShell(agent + with("ssh") + "-A box \"ssh-add -L; ssh-add -T " + path("key.pub") +
               " && echo signed; stat -c %a \\$(dirname \\$SSH_AUTH_SOCK); echo \\$SSH_AUTH_SOCK\"' 2>&1");
  EXPECT_EQ(status, 0) << output;
  EXPECT_NE(output.find("the-key\n"), std::string::npos) << output;
  EXPECT_NE(output.find("signed\n700\n"), std::string::npos) << output;
  const auto socket = output.substr(output.rfind('\n', output.size() - 2) + 1);
  EXPECT_FALSE(std::filesystem::exists(socket.substr(0, socket.size() - 1))) << "the socket should go with its session";
}

TEST_F(OpenSsh, withoutForwardingThereIsNoAgent) {
  ::unsetenv("SSH_AUTH_SOCK");  // the server's own would be handed on
  EXPECT_EQ(ssh("-a box 'echo $SSH_AUTH_SOCK'").output, "\n");
}

TEST_F(OpenSsh, twentySessionsAtOnceStayResponsive) {
  std::vector<std::future<RunResult>> sessions;
  for (int i = 0; i < 20; ++i)
    sessions.push_back(std::async(std::launch::async, [this, i] {
      return ssh(std::format("box 'head -c 1000000 /dev/zero | wc -c; exit {}'", i));
    }));
  for (int i = 0; i < 20; ++i) {
    const auto [status, output] = sessions[static_cast<std::size_t>(i)].get();
    EXPECT_EQ(status, i);
    EXPECT_EQ(output, "1000000\n");
  }
}

TEST_F(OpenSsh, manySessionsShareOneConnection) {
  const std::string shared = "-o ControlPath=" + path("mux") + " ";
  ASSERT_EQ(ssh(shared + "-o ControlMaster=yes -o ControlPersist=10 box true").status, 0);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ssh(shared + "box 'exit 5'").status, 5);
  ssh(shared + "-O exit box 2>/dev/null");
}

TEST_F(OpenSsh, reportsSessionsWithTypeAndStatus) {
  ssh("box 'exit 9'", "CODER_SSH_SESSION_TYPE=vscode ");
  const auto reports = m_server.reports();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].type, agent::ssh::SessionType::VsCode);
  EXPECT_EQ(reports[0].status, 9);
  EXPECT_EQ(reports[0].reason, "process exited with error status: 9");
}

TEST_F(OpenSsh, aStoppingServerEndsSessions) {
  ASSERT_EQ(::mkfifo(path("up").c_str(), S_IRUSR | S_IWUSR), 0);
  pollfd up{::open(path("up").c_str(), O_RDWR | O_CLOEXEC), POLLIN, 0};
  auto session = std::async(std::launch::async, [this] { return ssh("box 'echo up > " + path("up") + "; sleep 60'"); });
  EXPECT_EQ(::poll(&up, 1, 10'000), 1);
  ::close(up.fd);
  m_server.stopServer();
  EXPECT_EQ(session.get().status, 255);
}

TEST_F(OpenSsh, programsGetNoneOfOurDescriptors) {
  EXPECT_EQ(ssh("box 'ls -l /proc/self/fd | grep -c -e socket -e anon_inode; true'").output, "0\n");
}

TEST_F(OpenSsh, brokenPacketsDisturbNobody) {
  const char* const inputs[] = {
      R"(SSH-2.0-x\r\n\xff\xff\xff\xff\x04)",          // a packet of 4 GiB
      R"(SSH-2.0-x\r\n\x00\x04\x00\x00\x04)",          // of 256 KiB, over what the protocol allows
      R"(SSH-2.0-x\r\n\x00\x00\x00\x00\x00)",          // of nothing
      R"(SSH-2.0-x\r\n\x00\x00\x00\x0c\xff\x14)",      // padding longer than the packet
      R"(SSH-2.0-x\r\n\x00\x00\x01\x00\x04\x14abcd)",  // a key exchange cut off
      R"(SSH-1.0-old\r\n)",
  };
  for (const char* input : inputs)
    runShell(std::format("timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/{}; printf \"{}\" >&3; sleep 0.1'",
                         m_server.port(), input));
  std::string longBanner(100'000, 'x');
  runShell(std::format("printf 'SSH-2.0-{}' | timeout 5 bash -c 'cat > /dev/tcp/127.0.0.1/{}' 2>/dev/null", longBanner,
                       m_server.port()));
  EXPECT_EQ(ssh("box 'exit 2'").status, 2);
}

TEST(SshLogin, hasATimeLimit) {
  SshLoopback server(0, {.loginTime = std::chrono::seconds(1)});
  const auto [status, output] =
      runShell(std::format("timeout 20 bash -c 'exec 3<>/dev/tcp/127.0.0.1/{}; cat <&3'", server.port()));
  EXPECT_EQ(status, 0) << "the server did not hang up";
  EXPECT_TRUE(output.starts_with("SSH-2.0-")) << output;
}

TEST_F(OpenSsh, nonsenseDisturbsNobody) {
  runShell(std::format("head -c 100000 /dev/urandom | timeout 5 bash -c 'cat > /dev/tcp/127.0.0.1/{}' 2>/dev/null",
                       m_server.port()));
  EXPECT_EQ(ssh("box 'exit 2'").status, 2);
}

}  // namespace
}  // namespace berth::test

// The server starts this program again for sftp sessions.
int main(int count, char** arguments) {
  if (count > 1 && std::string_view(arguments[1]) == "sftp-server")
    return berth::agent::sftp::run(STDIN_FILENO, STDOUT_FILENO);
  testing::InitGoogleTest(&count, arguments);
  return RUN_ALL_TESTS();
}

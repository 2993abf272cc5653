// The real program wireguard-go (Debian's wireguard-go and wireguard-tools) with a TUN device in the calling thread's
// network. Needs privilege and /dev/net/tun.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/Subprocess.h"
#include "tunnel/noise/Crypto.h"
#include "tunnel/wire/Address.h"

namespace berth::tunnel {

class WireGuardGo {
 public:
  struct Config {
    wire::NodePublic peer;
    std::optional<wire::Endpoint> peerEndpoint;
    std::optional<noise::SecretHash> presharedKey;
    Ipv6 ownAddress;
    Ipv6 peerAddress;
  };

  static bool isInstalled() {
    return std::system("command -v wireguard-go wg ip >/dev/null 2>&1 && test -c /dev/net/tun") == 0;
  }

  WireGuardGo(const asio::any_io_executor& executor, wire::NodePrivate key, const Config& config)
      : m_key(std::move(key)), m_name(newName()) {
    auto started =
        Subprocess::start(executor, {.command = {"wireguard-go", "-f", m_name},
                                     .environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LOG_LEVEL=error"},
                                     .output = SubprocessOptions::Pipe::Null,
                                     .errorOutput = SubprocessOptions::Pipe::Null});
    if (!started) throw std::runtime_error(started.error().message());
    m_program = *std::move(started);
    run("for i in $(seq 500); do wg show {} >/dev/null 2>&1 && break; sleep 0.01; done");
    configure(config);
    run("ip addr add " + config.ownAddress.toString() + "/128 dev {} nodad; ip link set {} mtu 1280 up; ip route add " +
        config.peerAddress.toString() + "/128 dev {}");
  }
  ~WireGuardGo() {
    m_program.reset();  // kills
    std::filesystem::remove("/var/run/wireguard/" + m_name + ".sock");
  }
  WireGuardGo(const WireGuardGo&) = delete;
  WireGuardGo& operator=(const WireGuardGo&) = delete;

  wire::NodePublic publicKey() const { return m_key.publicKey(); }
  wire::Endpoint endpoint() const { return {wire::mappedV4({127, 0, 0, 1}), field<std::uint16_t>(0, 2)}; }
  void setListenPort(std::uint16_t port) const { run("wg set {} listen-port " + std::to_string(port)); }
  // Where it believes its peer to be, "127.0.0.1:4242".
  std::string peerEndpoint() const { return field<std::string>(1, 2); }

 private:
  // Never one of before: the program that had it may not be quite gone.
  static std::string newName() {
    static int count = 0;
    return std::format("berth{}-{}", ::getpid() % 100'000, ++count);
  }

  void configure(const Config& config) const {
    const auto file = std::filesystem::temp_directory_path() / (m_name + ".conf");
    {
      std::ofstream out(file);
      out << "[Interface]\nPrivateKey = " << toBase64(m_key.reveal())
          << "\n[Peer]\nPublicKey = " << toBase64(config.peer.bytes())
          << "\nAllowedIPs = " << config.peerAddress.toString() << "/128\n";
      if (config.peerEndpoint) out << "Endpoint = " << config.peerEndpoint->toString() << '\n';
      if (config.presharedKey) out << "PresharedKey = " << toBase64(config.presharedKey->bytes) << '\n';
    }
    run("wg setconf {} " + file.string());
    std::filesystem::remove(file);
  }

  // A shell command, {} being the interface.
  void run(std::string command) const {
    for (auto at = command.find("{}"); at != std::string::npos; at = command.find("{}")) command.replace(at, 2, m_name);
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }

  // Of `wg show INTERFACE dump`.
  template <typename T>
  T field(int line, int column) const {
    const std::unique_ptr<FILE, int (*)(FILE*)> dump(::popen(("wg show " + m_name + " dump").c_str(), "r"), ::pclose);
    std::string text;
    std::array<char, 512> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), dump.get()) != nullptr) text += buffer.data();
    std::istringstream lines(text);
    std::string row;
    for (int i = 0; i <= line; ++i) std::getline(lines, row);
    std::istringstream columns(row);
    std::string skipped;
    for (int i = 0; i < column; ++i) columns >> skipped;
    T value{};
    columns >> value;
    return value;
  }

  wire::NodePrivate m_key;
  std::string m_name;
  std::unique_ptr<Subprocess> m_program;
};

}  // namespace berth::tunnel

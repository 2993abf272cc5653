// A network of its own for the calling thread (network_namespaces(7)): what it opens and starts from now on lives
// there, until destroyed. Needs privilege.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace berth::test {

class NetworkNamespace {
 public:
  // With a loopback device that is up and nothing else. Null when this process may not.
  static std::unique_ptr<NetworkNamespace> enter() {
    const int original = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (original < 0) return nullptr;
    if (::unshare(CLONE_NEWNET) != 0) {
      ::close(original);
      return nullptr;
    }
    auto entered = std::unique_ptr<NetworkNamespace>(new NetworkNamespace(original));
    entered->run("ip link set lo up");
    return entered;
  }
  ~NetworkNamespace() {
    EXPECT_EQ(::setns(m_original, CLONE_NEWNET), 0);
    ::close(m_original);
  }
  NetworkNamespace(const NetworkNamespace&) = delete;
  NetworkNamespace& operator=(const NetworkNamespace&) = delete;

  // A shell command inside.
  void run(const std::string& command) const { EXPECT_EQ(std::system(command.c_str()), 0) << command; }

  // Drops every UDP datagram, or lets them pass again.
  void cutUdp(bool isCut) const {
    run(isCut ? "nft 'add table inet cut; add chain inet cut in { type filter hook input priority 0; }; "
                "add rule inet cut in meta l4proto udp drop'"
              : "nft delete table inet cut");
  }

 private:
  explicit NetworkNamespace(int original) : m_original(original) {}
  int m_original;
};

}  // namespace berth::test

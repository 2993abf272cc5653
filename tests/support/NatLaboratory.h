// Two sites and the internet between them, in network namespaces: each site is one machine behind a router of a kind.
//
//   a (10.1.0.2) -- router a (203.0.113.1) -- internet (198.51.100.1, .2) -- router b (203.0.113.2) -- b (10.2.0.2)
// With IPv6, in the same order: 2001:db8:1::2, 2001:db8:f1::1, 2001:db8:f1::2 and 2001:db8:f2::2, and so back.
//
// Routers are Linux's own NAT, made by nftables. The way from router a to the internet may be slow and lossy (link/).
// Needs privilege, `ip` and `nft`.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <format>
#include <memory>
#include <string>
#include <vector>

namespace berth::test {

enum class Nat {
  None,        // routes; the site has public addresses
  Easy,        // one mapping for all destinations, lets in who was written to
  Hard,        // another port for each destination
  UdpBlocked,  // easy, without UDP
  HardOrIpv6,  // hard, and IPv6 as homes have it: no NAT, but strangers' packets are dropped
};

inline const char* toString(Nat nat) {
  switch (nat) {
    case Nat::None: return "none";
    case Nat::Easy: return "easy";
    case Nat::Hard: return "hard";
    case Nat::UdpBlocked: return "UDP blocked";
    case Nat::HardOrIpv6: return "hard, IPv6";
  }
  return "";
}

// Of packets between router a and the internet, either way.
struct LinkFaults {
  std::chrono::milliseconds delay{0};
  double lossPercent = 0;

  bool isAny() const { return delay.count() > 0 || lossPercent > 0; }
};

class NatLaboratory {
 public:
  static bool isPossible() {
    return ::geteuid() == 0 && std::system("ip netns list >/dev/null 2>&1 && nft list ruleset >/dev/null 2>&1") == 0;
  }

  NatLaboratory(Nat a, Nat b, const LinkFaults& faults = {})
      : m_original(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
    add("net");
    in("net",
       "ip addr add 198.51.100.1/32 dev lo; ip addr add 198.51.100.2/32 dev lo; "
       "echo 1 > /proc/sys/net/ipv4/ip_forward");
    addSite("a", 1, a, faults);
    addSite("b", 2, b, {});
  }
  ~NatLaboratory() {
    leave();
    m_slowLink.reset();
    ::close(m_original);
    for (const auto& each : m_namespaces) EXPECT_EQ(std::system(("ip netns del " + each).c_str()), 0);
  }
  NatLaboratory(const NatLaboratory&) = delete;
  NatLaboratory& operator=(const NatLaboratory&) = delete;

  static constexpr const char* kRelayHost = "198.51.100.1";
  static constexpr const char* kSecondHost = "198.51.100.2";

  // The calling thread goes to "net", "a", "b", "routera" or "routerb"; what it opens lives there.
  void enter(const std::string& place) const {
    const int there = ::open(("/run/netns/" + nameOf(place)).c_str(), O_RDONLY | O_CLOEXEC);
    if (there < 0 || ::setns(there, CLONE_NEWNET) != 0) std::abort();
    ::close(there);
  }
  void leave() const { EXPECT_EQ(::setns(m_original, CLONE_NEWNET), 0); }

  // As `ip netns` knows it.
  std::string nameOf(const std::string& place) const { return std::format("lab{}-{}", m_id, place); }

  // A shell command at a place.
  void in(const std::string& place, const std::string& command) const {
    EXPECT_EQ(std::system(std::format("ip netns exec {} sh -ec '{}'", nameOf(place), command).c_str()), 0) << command;
  }

  // At a router: drops every UDP datagram that passes, or lets them pass again.
  void cutUdp(const std::string& router, bool isCut) const {
    in(router, isCut ? "nft add table ip cut; "
                       "nft \"add chain ip cut through { type filter hook forward priority -1; }\"; "
                       "nft add rule ip cut through meta l4proto udp drop"
                     : "nft delete table ip cut");
  }

 private:
  void add(const std::string& place) {
    m_namespaces.push_back(nameOf(place));
    EXPECT_EQ(std::system(("ip netns add " + nameOf(place)).c_str()), 0);
    in(place, "ip link set lo up; for i in all default; do echo 0 > /proc/sys/net/ipv6/conf/$i/accept_dad; done");
  }

  // Between a router's "wan" and the internet's device of the router's name.
  void connectRouter(const std::string& router, const LinkFaults& faults) {
    if (!faults.isAny()) return in(router, "ip link add wan type veth peer name " + router + " netns " + nameOf("net"));
    m_slowLink.reset(::popen(std::format("$BERTH_BIN_DIR/../tests/link_emulator --delay {} --loss {} {} {} >/dev/null",
                                         faults.delay.count(), faults.lossPercent, nameOf(router), nameOf("net"))
                                 .c_str(),
                             "we"));
    // As soon as it is complete the device gets our name for it, and our addresses instead of its own.
    const auto take = [this](const std::string& place, const std::string& name) {
      in(place,
         "for i in $(seq 500); do ip -o addr show dev link0 up 2>/dev/null | grep -q fd90 && break; sleep 0.01; "
         "done; ip link set link0 down; ip addr flush dev link0; ip link set link0 name " +
             name);
    };
    take(router, "wan");
    take("net", router);
  }

  void addSite(const std::string& site, int number, Nat nat, const LinkFaults& faults) {
    const std::string router = "router" + site;
    add(site);
    add(router);
    connectRouter(router, faults);
    in(router, std::format("ip link add lan type veth peer name eth0 netns {}; "
                           "echo 1 > /proc/sys/net/ipv4/ip_forward; "
                           "ip addr add 10.{}.0.1/24 dev lan; ip addr add 203.0.113.{}/32 dev wan; "
                           "ip link set lan up; ip link set wan up; ip route add 192.0.2.{}/32 dev wan; "
                           "ip route add default via 192.0.2.{}",
                           nameOf(site), number, number, number, number));
    in("net", std::format("ip addr add 192.0.2.{}/32 dev {}; ip link set {} up; ip route add 203.0.113.{}/32 dev {}",
                          number, router, router, number, router));
    if (nat == Nat::None)
      in("net", std::format("ip route add 10.{}.0.0/24 via 203.0.113.{} dev {}", number, number, router));
    in(site, std::format("ip addr add 10.{}.0.2/24 dev eth0; ip link set eth0 up; ip route add default via 10.{}.0.1",
                         number, number));
    if (nat == Nat::None) return;
    in(router, std::format("nft add table ip lab; "
                           "nft \"add chain ip lab post {{ type nat hook postrouting priority srcnat; }}\"; "
                           "nft add rule ip lab post oifname wan masquerade {}; "
                           // A home router is deaf to the world; otherwise strangers' packets would take up mappings.
                           "nft \"add chain ip lab in {{ type filter hook input priority 0; }}\"; "
                           "nft add rule ip lab in iifname wan ct state new drop; "
                           "nft \"add chain ip lab through {{ type filter hook forward priority 0; }}\"; "
                           "nft add rule ip lab through iifname wan ct state new drop",
                           nat == Nat::Hard || nat == Nat::HardOrIpv6 ? "fully-random" : ""));
    if (nat == Nat::UdpBlocked) in(router, "nft add rule ip lab through meta l4proto udp drop");
    if (nat == Nat::HardOrIpv6) addIpv6(site, number);
  }

  void addIpv6(const std::string& site, int number) {
    const std::string router = "router" + site;
    const std::string forwards = "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding; ";
    in("net", forwards + std::format("ip addr add 2001:db8:f{}::2/64 dev {} nodad; "
                                     "ip route add 2001:db8:{}::/64 via 2001:db8:f{}::1 dev {}",
                                     number, router, number, number, router));
    in(router, forwards + std::format("ip addr add 2001:db8:f{}::1/64 dev wan nodad; "
                                      "ip addr add 2001:db8:{}::1/64 dev lan nodad; "
                                      "ip route add default via 2001:db8:f{}::2; nft add table ip6 lab; "
                                      "nft \"add chain ip6 lab through {{ type filter hook forward priority 0; }}\"; "
                                      "nft add rule ip6 lab through iifname wan ct state new drop",
                                      number, number, number));
    in(site, std::format("ip addr add 2001:db8:{}::2/64 dev eth0 nodad; ip route add default via 2001:db8:{}::1",
                         number, number));
  }

  const int m_original;
  const pid_t m_id = ::getpid();  // the same in a process that is forked
  std::vector<std::string> m_namespaces;
  std::unique_ptr<FILE, int (*)(FILE*)> m_slowLink{nullptr, ::pclose};  // runs until its input is closed
};

}  // namespace berth::test

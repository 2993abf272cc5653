// A link between two network namespaces that delays, loses and reorders packets, for kernels without netem: two TUN
// devices "link0" (10.90.0.1 and 10.90.0.2, fd90::1 and fd90::2) and this program between them.
//
//   link_emulator --delay 10 --loss 0.5 --reorder 1 --seed 7 NAMESPACE_A NAMESPACE_B
//
// The delay is per direction, in milliseconds; the others are percentages of packets. Prints "ready" and runs until
// standard input ends. Needs privilege and `ip`.
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <format>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kVirtioHeader = 10;  // in front of each packet: how it is to be cut
constexpr std::size_t kLargestRead = kVirtioHeader + 65536;
// Since Linux 6.2; the headers may be older than the kernel.
constexpr unsigned kTunUso4 = 0x20, kTunUso6 = 0x40;
constexpr std::size_t kMaxQueuedBytes = 64U << 20;  // each way; what comes on top is dropped, as a router would
constexpr int kReadsAtOnce = 64;

struct Properties {
  double delayMilliseconds = 0;
  double lossPercent = 0;
  double reorderPercent = 0;  // of packets that skip the delay
  unsigned seed = 1;
  // Large segments pass whole where each packet need not meet a fate of its own.
  bool passesWholeSegments() const { return lossPercent == 0 && reorderPercent == 0; }
};

[[noreturn]] void failWith(const std::string& what) {
  throw std::runtime_error(std::format("{}: {}", what, std::strerror(errno)));
}

void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

int openTun(const std::string& space, int number, const Properties& properties) {
  const int there = ::open(("/run/netns/" + space).c_str(), O_RDONLY | O_CLOEXEC);
  if (there < 0 || ::setns(there, CLONE_NEWNET) != 0) failWith("cannot enter the namespace " + space);
  ::close(there);
  const int tun = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (tun < 0) failWith("cannot open /dev/net/tun");
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
  std::strcpy(request.ifr_name, "link0");
  if (::ioctl(tun, TUNSETIFF, &request) != 0) failWith("cannot make the device link0");
  const unsigned offloads =
      properties.passesWholeSegments() ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | kTunUso4 | kTunUso6 : 0;
  if (::ioctl(tun, TUNSETOFFLOAD, offloads) != 0) failWith("cannot choose the offloads of link0");
  run(
      std::format("ip addr add 10.90.0.{0}/24 dev link0 && ip addr add fd90::{0}/64 dev link0 nodad && "
                  "ip link set link0 txqueuelen 10000 up",
                  number));
  return tun;
}

// One direction.
class Lane {
 public:
  Lane(int from, int to, const Properties& properties)
      : m_from(from),
        m_to(to),
        m_delay(static_cast<std::int64_t>(properties.delayMilliseconds * 1e6)),
        m_properties(properties),
        m_random(properties.seed + static_cast<unsigned>(from)) {}

  int from() const { return m_from; }

  void takeIn() {
    for (int count = 0; count < kReadsAtOnce; ++count) {
      const auto size = ::read(m_from, m_buffer.data(), m_buffer.size());
      if (size <= 0) return;
      if (happens(m_properties.lossPercent)) continue;
      const std::vector<char> packet(m_buffer.begin(), m_buffer.begin() + size);
      if (happens(m_properties.reorderPercent)) {
        send(packet);
      } else if (m_queuedBytes + packet.size() <= kMaxQueuedBytes) {
        m_queuedBytes += packet.size();
        m_queue.push_back({Clock::now() + m_delay, packet});
      }
    }
  }

  void sendDue() {
    while (!m_queue.empty() && m_queue.front().due <= Clock::now()) {
      send(m_queue.front().packet);
      m_queuedBytes -= m_queue.front().packet.size();
      m_queue.pop_front();
    }
  }

  Clock::time_point nextDue() const { return m_queue.empty() ? Clock::time_point::max() : m_queue.front().due; }

 private:
  struct Delayed {
    Clock::time_point due;
    std::vector<char> packet;
  };

  bool happens(double percent) { return percent > 0 && m_percent(m_random) < percent; }
  // What the other side does not take is lost, as on any link.
  void send(const std::vector<char>& packet) {
    if (::write(m_to, packet.data(), packet.size()) < 0) ++m_refused;
  }

  const int m_from, m_to;
  const std::chrono::nanoseconds m_delay;
  const Properties m_properties;
  std::mt19937 m_random;
  std::uniform_real_distribution<double> m_percent{0, 100};
  std::array<char, kLargestRead> m_buffer{};
  std::deque<Delayed> m_queue;
  std::size_t m_queuedBytes = 0;
  std::size_t m_refused = 0;
};

bool hasInputEnded() {
  char ignored = 0;
  return ::read(STDIN_FILENO, &ignored, 1) == 0;
}

void forward(Lane& there, Lane& back) {
  std::array<pollfd, 3> waited{{{there.from(), POLLIN, 0}, {back.from(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
  while (true) {
    const auto due = std::min(there.nextDue(), back.nextDue());
    const auto left = std::max(Clock::duration::zero(), due - Clock::now());
    const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
    const timespec timeout{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
    if (::ppoll(waited.data(), waited.size(), due == Clock::time_point::max() ? nullptr : &timeout, nullptr) < 0)
      return;
    if (waited[0].revents) there.takeIn();
    if (waited[1].revents) back.takeIn();
    there.sendDue();
    back.sendDue();
    if (waited[2].revents && hasInputEnded()) return;
  }
}

}  // namespace

int main(int argc, char** argv) try {
  Properties properties;
  std::string a, b;
  CLI::App app{"A link that delays, loses and reorders packets"};
  app.add_option("--delay", properties.delayMilliseconds, "Per direction, ms")->check(CLI::Range(0.0, 60'000.0));
  app.add_option("--loss", properties.lossPercent, "Per cent")->check(CLI::Range(0.0, 100.0));
  app.add_option("--reorder", properties.reorderPercent, "Per cent")->check(CLI::Range(0.0, 100.0));
  app.add_option("--seed", properties.seed, "Of the generator");
  app.add_option("a", a, "Namespace")->required();
  app.add_option("b", b, "Namespace")->required();
  CLI11_PARSE(app, argc, argv);
  const int tunA = openTun(a, 1, properties);
  const int tunB = openTun(b, 2, properties);
  Lane there(tunA, tunB, properties);
  Lane back(tunB, tunA, properties);
  std::puts("ready");
  std::fflush(stdout);
  forward(there, back);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "link_emulator: %s\n", error.what());
  return 1;
}

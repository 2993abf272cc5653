#include "tunnel/netstack/Stack.h"

#include <boost/asio/post.hpp>
#include <cstring>
#include <stdexcept>

#include "core/base/Random.h"
#include "tunnel/netstack/Lwip.h"

namespace berth::tunnel::netstack {

namespace {

constexpr std::chrono::milliseconds kTick{TCP_TMR_INTERVAL};
constexpr std::chrono::milliseconds kSlowTick{TCP_SLOW_INTERVAL};

// Of tcp_pcb::flags: outputSoon() has marked it. lwIP's own end at 0x1000 (TF_SACK).
constexpr tcpflags_t kHasOutput = 0x2000;

std::weak_ptr<Stack> theStack;

bool isUnderWay(const tcp_pcb& pcb) {
  if (pcb.unsent != nullptr || pcb.unacked != nullptr || pcb.ooseq != nullptr || pcb.refused_data != nullptr)
    return true;
  if ((pcb.flags & (TF_ACK_DELAY | TF_ACK_NOW | TF_CLOSEPEND | TF_NAGLEMEMERR)) != 0) return true;
  return pcb.state == SYN_SENT || pcb.state == SYN_RCVD || pcb.state == LAST_ACK || pcb.state == CLOSING;
}

// In slow ticks from now; nothing for a connection that waits for nothing.
std::optional<std::uint32_t> ticksToDeadline(const tcp_pcb& pcb) {
  std::uint32_t limit = 0;
  if (pcb.state == TIME_WAIT)
    limit = 2 * TCP_MSL / TCP_SLOW_INTERVAL;
  else if (pcb.state == FIN_WAIT_2 && (pcb.flags & TF_RXCLOSED) != 0)
    limit = TCP_FIN_WAIT_TIMEOUT / TCP_SLOW_INTERVAL;
  else if (ip_get_option(&pcb, SOF_KEEPALIVE))
    limit = (pcb.keep_idle + pcb.keep_cnt_sent * pcb.keep_intvl) / TCP_SLOW_INTERVAL;
  else
    return std::nullopt;
  const std::uint32_t passed = tcp_ticks - pcb.tmr;
  return passed > limit ? 1 : limit + 1 - passed;
}

// Until lwIP needs its next tick; nothing when it can sleep until something happens.
std::optional<TimePoint::duration> untilNextTick() {
  std::optional<std::uint32_t> soonest;
  const auto consider = [&](const tcp_pcb& pcb) {
    if (const auto ticks = ticksToDeadline(pcb)) soonest = std::min(soonest.value_or(*ticks), *ticks);
  };
  for (const tcp_pcb* pcb = tcp_active_pcbs; pcb != nullptr; pcb = pcb->next) {
    if (isUnderWay(*pcb)) return kTick;
    consider(*pcb);
  }
  for (const tcp_pcb* pcb = tcp_tw_pcbs; pcb != nullptr; pcb = pcb->next) consider(*pcb);
  if (!soonest) return std::nullopt;
  return *soonest * kSlowTick;
}

}  // namespace

std::shared_ptr<Stack> Stack::acquire(const asio::any_io_executor& executor, const Clock& clock) {
  if (auto stack = theStack.lock()) {
    if (&asio::query(stack->m_executor, asio::execution::context) != &asio::query(executor, asio::execution::context))
      throw std::logic_error("the netstack of this process runs in another io_context");
    return stack;
  }
  static const bool isInitialised = (lwip_init(), true);
  (void)isInitialised;
  std::shared_ptr<Stack> stack(new Stack(executor, clock));
  theStack = stack;
  return stack;
}

Stack::Stack(const asio::any_io_executor& executor, const Clock& clock)
    : m_executor(executor), m_clock(clock), m_timer(executor), m_lastTickAt(clock.now()) {}

Stack::~Stack() { *m_isAlive = false; }

void Stack::wake() {
  if (m_nextTickAt && *m_nextTickAt - m_lastTickAt <= kTick) return;
  const TimePoint now = m_clock.now();
  tcp_ticks += static_cast<u32_t>((now - m_lastTickAt) / kSlowTick);
  m_lastTickAt = now;
  schedule(now + kTick);
}

void Stack::outputSoon(tcp_pcb& pcb) {
  tcp_set_flags(&pcb, kHasOutput);
  if (std::exchange(m_isOutputPosted, true)) return;
  asio::post(m_executor, [this, isAlive = m_isAlive] {
    if (*isAlive) output();
  });
}

void Stack::output() {
  m_isOutputPosted = false;
  for (tcp_pcb* const list : {tcp_active_pcbs, tcp_tw_pcbs}) {
    for (tcp_pcb* pcb = list; pcb != nullptr; pcb = pcb->next) {
      if ((pcb->flags & kHasOutput) == 0) continue;
      tcp_clear_flags(pcb, kHasOutput);
      tcp_output(pcb);
    }
  }
}

void Stack::onTimer(TimePoint now) {
  if (!m_nextTickAt || now < *m_nextTickAt) return;
  // The slow part of tcp_tmr() counts one tick itself.
  const auto missed = (now - m_lastTickAt - kTick) / kSlowTick;
  if (missed > 0) tcp_ticks += static_cast<u32_t>(missed);
  m_lastTickAt = now;
  m_nextTickAt.reset();
  tcp_tmr();
  if (missed > 0) tcp_tmr();  // one of two calls does the slow part, and deadlines are kept there
  if (const auto wait = untilNextTick()) schedule(now + *wait);
}

void Stack::schedule(TimePoint at) {
  m_nextTickAt = at;
  const TimePoint now = m_clock.now();
  m_timer.expires_after(std::max(at, now) - now);
  m_timer.async_wait([this, isAlive = m_isAlive](const boost::system::error_code& error) {
    if (!error && *isAlive) onTimer(m_clock.now());
  });
}

}  // namespace berth::tunnel::netstack

// What lwIP asks of its host.
extern "C" {

unsigned int berthRandom() {
  std::array<std::byte, sizeof(unsigned int)> bytes;
  berth::fillRandom(bytes);
  return std::bit_cast<unsigned int>(bytes);
}

// Of lwIP's own clock only TCP timestamps would ask, which are off.
u32_t sys_now() { return tcp_ticks * TCP_SLOW_INTERVAL; }

// Each way into the stack calls wake() first, so a new connection needs nothing more.
void tcp_timer_needed() {}

void berthOutputSoon(tcp_pcb* pcb) { berth::tunnel::netstack::theStack.lock()->outputSoon(*pcb); }

// RFC 1071 in the machine's byte order, not inverted. Words of any width may be summed up; two sums let the processor
// work on both.
unsigned short berthChecksum(const void* data, int size) {
  const auto* at = static_cast<const std::byte*>(data);
  auto left = static_cast<std::size_t>(size);
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  for (; left >= sizeof(std::uint64_t); at += sizeof(std::uint64_t), left -= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof(word));
    low += word & 0xffff'ffff;
    high += word >> 32;
  }
  std::uint64_t last = 0;
  std::memcpy(&last, at, left);
  std::uint64_t sum = low + high + (last & 0xffff'ffff) + (last >> 32);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<unsigned short>(sum);
}

netif* berthRouteBySource(const ip6_addr* source) {
  netif* found = nullptr;
  NETIF_FOREACH(found) {
    if (netif_get_ip6_addr_match(found, source) >= 0) return found;
  }
  return nullptr;
}
}

// What an authenticated peer may send into the TCP/IP stack. The input is a list of commands: a raw packet, a segment
// of one connection whose numbers are right up to what the input adds to them, or time that passes.
#include "tunnel/netstack/Netstack.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/fuzz/tunnel/Fuzz.h"
#include "tunnel/wire/Packet.h"
#include "tunnel/wire/Reader.h"
#include "tunnel/wire/Writer.h"

using namespace berth;
using namespace berth::tunnel;
using netstack::Netstack;

namespace {

constexpr std::uint16_t kEchoPort = 1;
constexpr std::uint16_t kPeerPort = 4000;
constexpr std::size_t kTcpHeaderSize = 20;
constexpr std::uint8_t kFin = 0x01, kSyn = 0x02;

const Ipv6 kOwn = *Ipv6::parse("fd7a:115c:a1e0::1");
const Ipv6 kPeer = *Ipv6::parse("fd7a:115c:a1e0::2");

struct FixedClock final : Clock {
  WallTime wallNow() const override { return {}; }
  TimePoint now() const override { return time; }
  TimePoint time{std::chrono::hours(1)};
};

Task<void> echo(std::unique_ptr<Stream> stream) {
  Bytes buffer(512);
  while (const auto count = co_await stream->readSome(buffer))
    if (!co_await stream->write(ByteView(buffer).first(*count))) break;
}

Task<void> acceptAll(StreamListener& listener, asio::io_context& io) {
  while (auto stream = co_await listener.accept()) asio::co_spawn(io, echo(*std::move(stream)), asio::detached);
}

// The other side of the connection, as far as numbers go.
class Peer {
 public:
  void onPacket(ByteView packet) {
    const auto header = wire::parseIpv6(packet);
    fuzz::require(header && header->packetSize() == packet.size());
    if (!header->is(wire::IpProtocol::Tcp)) return;
    wire::Reader in(packet.subspan(wire::kIpv6HeaderSize));
    in.u32be();  // ports
    const std::uint32_t sequence = in.u32be();
    in.u32be();  // acknowledgement
    const std::size_t headerSize = static_cast<std::size_t>(in.u8() >> 4) * 4;
    const std::uint8_t flags = in.u8();
    fuzz::require(in.isOk() && packet.size() >= wire::kIpv6HeaderSize + headerSize);
    const std::size_t size = packet.size() - wire::kIpv6HeaderSize - headerSize;
    m_expected = sequence + static_cast<std::uint32_t>(size) + ((flags & (kSyn | kFin)) != 0 ? 1 : 0);
  }

  Bytes nextSegment(wire::Reader& in) {
    const std::uint8_t flags = in.u8();
    const std::uint8_t words = in.u8() % 16;  // of the header, options included
    const auto sequenceOff = static_cast<std::int8_t>(in.u8());
    const auto acknowledgementOff = static_cast<std::int8_t>(in.u8());
    const std::uint16_t window = in.u16be();
    const ByteView rest = in.bytes(std::min<std::size_t>(in.u8(), in.remaining()));  // options and data
    Bytes packet(wire::kIpv6HeaderSize + kTcpHeaderSize + rest.size());
    wire::writeIpv6(packet, {.payloadLength = static_cast<std::uint16_t>(kTcpHeaderSize + rest.size()),
                             .nextHeader = static_cast<std::uint8_t>(wire::IpProtocol::Tcp),
                             .source = kPeer,
                             .destination = kOwn});
    wire::Writer out(ByteSpan(packet).subspan(wire::kIpv6HeaderSize));
    out.u16be(kPeerPort);
    out.u16be(kEchoPort);
    out.u32be(m_sequence + static_cast<std::uint32_t>(sequenceOff));
    out.u32be(m_expected + static_cast<std::uint32_t>(acknowledgementOff));
    out.u16be(static_cast<std::uint16_t>(words << 12 | flags));
    out.u16be(window);
    out.u32be(0);  // checksum, urgent pointer
    out.bytes(rest);
    const std::size_t optionSize = words * 4U > kTcpHeaderSize ? words * 4U - kTcpHeaderSize : 0;
    if (sequenceOff == 0 && optionSize <= rest.size())
      m_sequence += static_cast<std::uint32_t>(rest.size() - optionSize) + ((flags & (kSyn | kFin)) != 0 ? 1 : 0);
    return packet;
  }

 private:
  std::uint32_t m_sequence = 1000;
  std::uint32_t m_expected = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMaxInput = 8192;
  if (size > kMaxInput) return 0;
  asio::io_context io;
  FixedClock clock;
  Peer peer;
  Netstack stack(io.get_executor(), clock, [&peer](ByteView packet) {
    peer.onPacket(packet);
    return true;
  });
  stack.setAddresses({kOwn});
  const auto listener = *stack.listen(kEchoPort, std::chrono::hours(72));
  asio::co_spawn(io, acceptAll(*listener, io), asio::detached);
  const auto settle = [&io] {
    io.restart();
    io.poll();
  };
  for (wire::Reader in(fuzz::input(data, size)); !in.isAtEnd(); settle()) {
    switch (in.u8() % 8) {
      case 0: stack.receive(in.bytes(std::min<std::size_t>(in.u16be(), in.remaining()))); break;
      case 1:
        clock.time += std::chrono::milliseconds(10) * in.u8();
        stack.onTimer(clock.time);
        break;
      default: stack.receive(peer.nextSegment(in));
    }
  }
  listener->close();
  stack.stop();
  settle();
  return 0;
}

// The first byte chooses what gets the rest: the relay before a login, the relay after one, or a client.
#include "core/base/Clock.h"
#include "tests/fuzz/tunnel/Fuzz.h"
#include "tunnel/derp/Client.h"
#include "tunnel/derp/Login.h"
#include "tunnel/derp/Relay.h"

using namespace berth;
using namespace berth::tunnel;

namespace {

struct Setting {
  asio::io_context io;
  SystemClock clock;
  fuzz::FixedRng rng;
  wire::NodePrivate clientKey = fuzz::fixedKey<wire::NodePrivate>(1);
  wire::RelayPrivate relayKey = fuzz::fixedKey<wire::RelayPrivate>(2);

  void spawn(Task<void> task) { asio::co_spawn(io, std::move(task), asio::detached); }
  Task<void> writeAndClose(std::unique_ptr<Stream> stream, Bytes bytes) {
    co_await stream->write(bytes);
    co_await stream->closeWrite();
    Bytes buffer(4096);
    while (co_await stream->readSome(buffer)) {
    }
  }
  Task<void> readEvents(std::unique_ptr<Stream> stream) {
    auto client = co_await derp::Client::login(std::move(stream), clientKey, rng, clock);
    if (!client) co_return;
    while (co_await (*client)->wait())
      while ((*client)->next()) {
      }
  }
};

void append(Bytes& out, const Bytes& more) { out.insert(out.end(), more.begin(), more.end()); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Setting setting;
  derp::Relay relay(setting.io.get_executor(), setting.relayKey, setting.rng, setting.clock);
  auto [near, far] = makeStreamPair(setting.io.get_executor(), 1U << 20);
  const auto box = *wire::Box::make(setting.clientKey, relay.publicKey());
  Bytes bytes;
  if (data[0] % 3 == 1) {
    append(bytes, derp::makeClientInfo({}, setting.clientKey.publicKey(), box, setting.rng));
  } else if (data[0] % 3 == 2) {
    append(bytes, derp::makeServerKey(relay.publicKey()));
    append(bytes, derp::makeServerInfo({}, box, setting.rng));
  }
  append(bytes, toBytes(fuzz::input(data, size).subspan(1)));
  if (data[0] % 3 == 2)
    setting.spawn(setting.readEvents(std::move(far)));
  else
    setting.spawn(relay.serve(std::move(far)));
  setting.spawn(setting.writeAndClose(std::move(near), std::move(bytes)));
  setting.io.poll();
  relay.stop();
  setting.io.poll();
  return 0;
}

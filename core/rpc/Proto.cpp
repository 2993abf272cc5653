#include "core/rpc/Proto.h"

#include <limits>

namespace berth::rpc {

namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

// seconds and nanos as one count of nanoseconds, held within what the type takes.
nanoseconds joined(std::int64_t wholeSeconds, std::int32_t nanos) {
  constexpr std::int64_t kLimit = std::numeric_limits<std::int64_t>::max() / kNanosPerSecond - 3;
  return seconds(std::clamp(wholeSeconds, -kLimit, kLimit)) + nanoseconds(nanos);
}

}  // namespace

wire::Timestamp toTimestamp(WallTime time) {
  const auto whole = std::chrono::floor<seconds>(time);
  wire::Timestamp out;
  out.set_seconds(whole.time_since_epoch().count());
  out.set_nanos(static_cast<std::int32_t>(nanoseconds(time - whole).count()));
  return out;
}

WallTime fromTimestamp(const wire::Timestamp& time) {
  return WallTime(std::chrono::duration_cast<microseconds>(joined(time.seconds(), time.nanos())));
}

wire::Duration toDuration(nanoseconds duration) {
  wire::Duration out;
  out.set_seconds(duration.count() / kNanosPerSecond);
  out.set_nanos(static_cast<std::int32_t>(duration.count() % kNanosPerSecond));
  return out;
}

nanoseconds fromDuration(const wire::Duration& duration) { return joined(duration.seconds(), duration.nanos()); }

std::string toWire(const Uuid& id) { return std::string(asText(id.bytes())); }

std::optional<Uuid> uuidFromWire(std::string_view bytes) { return Uuid::fromBytes(asBytes(bytes)); }

}  // namespace berth::rpc

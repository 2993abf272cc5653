#include "tunnel/noise/Outcome.h"

namespace berth::tunnel::noise {

std::string_view toString(Refusal refusal) noexcept {
  switch (refusal) {
    case Refusal::Malformed: return "malformed";
    case Refusal::BadMac: return "bad mac";
    case Refusal::UnknownIndex: return "unknown index";
    case Refusal::UnknownPeer: return "unknown peer";
    case Refusal::BadHandshake: return "bad handshake";
    case Refusal::Replayed: return "replayed initiation";
    case Refusal::RateLimited: return "rate limited";
    case Refusal::BadTransport: return "bad transport message";
    case Refusal::ForeignAddress: return "foreign inner address";
    case Refusal::TooBig: return "too big";
  }
  return "unknown refusal";
}

}  // namespace berth::tunnel::noise

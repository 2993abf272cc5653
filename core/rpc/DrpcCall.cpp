#include "core/rpc/DrpcCall.h"

#include <google/protobuf/stubs/logging.h>

#include <format>

namespace berth::rpc {

using drpc::Packet;
using drpc::PacketKind;

namespace {

constexpr std::size_t kReadBuffer = 8 * 1024;

Error toError(const drpc::RemoteError& remote) {
  const auto code = remote.code == drpc::kErrorCodeUnimplemented ? ErrorCode::Unsupported : ErrorCode::Unavailable;
  return {code, remote.text};
}

// The library would also write to standard error what parse() says in its error, for anybody who sends such bytes.
void silenceLibrary() { [[maybe_unused]] static const auto previous = google::protobuf::SetLogHandler(nullptr); }

}  // namespace

DrpcCall DrpcCall::invoke(std::unique_ptr<Stream> stream, std::string_view name, const drpc::Metadata& metadata) {
  DrpcCall call(std::move(stream));
  call.m_isClient = true;
  if (!metadata.empty()) call.queue(PacketKind::InvokeMetadata, drpc::encodeMetadata(metadata));
  call.queue(PacketKind::Invoke, name);
  return call;
}

void DrpcCall::queue(PacketKind kind, std::string_view body) {
  drpc::appendPacket(m_outgoing, m_streamId, m_nextMessageId++, kind, body);
}

Task<Result<void>> DrpcCall::flush() {
  if (m_outgoing.empty()) co_return Result<void>();
  const auto outgoing = std::exchange(m_outgoing, {});
  co_return co_await m_stream->write(asBytes(outgoing));
}

Result<void> DrpcCall::queueMessage(const MessageLite& message) {
  const std::string body = message.SerializeAsString();
  if (body.size() > drpc::kMaxPacket)
    return berth::fail(ErrorCode::LimitExceeded, std::format("{} of {} bytes is over what one call carries ({} bytes)",
                                                             message.GetTypeName(), body.size(), drpc::kMaxPacket));
  queue(PacketKind::Message, body);
  return {};
}

Task<Result<void>> DrpcCall::send(const MessageLite& message) {
  CO_TRY(queueMessage(message));
  co_return co_await flush();
}

Task<Result<void>> DrpcCall::closeSend() {
  queue(PacketKind::CloseSend, {});
  co_return co_await flush();
}

Task<Result<void>> DrpcCall::finish() {
  queue(PacketKind::Close, {});
  CO_TRY(co_await flush());
  if (m_isClient) CO_TRY(co_await m_stream->closeWrite());
  co_return Result<void>();
}

Task<Result<void>> DrpcCall::fail(const drpc::RemoteError& error) {
  m_outgoing.clear();  // of a message that is not to be sent now; its id is skipped, which the format allows
  queue(PacketKind::Error, drpc::encodeError(error));
  co_return co_await flush();
}

Result<void> DrpcCall::parse(const std::string& body, MessageLite& message) {
  silenceLibrary();
  if (message.ParseFromString(body)) return {};
  return berth::fail(
      ErrorCode::ProtocolViolation,
      std::format("{}: not a valid message (broken, or a string field contains invalid UTF-8)", message.GetTypeName()));
}

Task<Result<Packet>> DrpcCall::receivePacket() {
  while (true) {
    CO_TRY_ASSIGN(auto packet, m_reader.next());
    if (packet) co_return *std::move(packet);
    std::array<std::byte, kReadBuffer> buffer;
    CO_TRY_ASSIGN(const auto count, co_await m_stream->readSome(buffer));
    m_reader.feed(ByteView(buffer).first(count));
  }
}

Task<Result<std::string>> DrpcCall::receiveBody() {
  CO_TRY(co_await flush());
  while (!m_peerIsDone) {
    auto packet = co_await receivePacket();
    if (!packet && packet.error().code() == ErrorCode::EndOfStream)
      co_return berth::fail(ErrorCode::ConnectionLost, "the stream ended in the middle of the call");
    if (!packet) co_return berth::fail(std::move(packet).error());
    if (packet->streamId != m_streamId) {
      if (packet->streamId < m_streamId || m_isClient) continue;
      m_nextCall = *std::move(packet);  // the client has gone on to its next call
      m_peerIsDone = m_peerIsGone = true;
      break;
    }
    switch (packet->kind) {
      case PacketKind::Message: co_return std::move(packet->body);
      case PacketKind::Error:
        m_peerIsDone = m_peerIsGone = true;
        co_return berth::fail(toError(drpc::parseError(packet->body)));
      case PacketKind::Cancel:
      case PacketKind::Close: m_peerIsGone = true; [[fallthrough]];
      case PacketKind::CloseSend: m_peerIsDone = true; break;
      case PacketKind::Invoke:
      case PacketKind::InvokeMetadata: break;
    }
  }
  co_return berth::fail(ErrorCode::EndOfStream, "the peer ended the call");
}

Task<void> DrpcCall::ended() {
  while (!m_peerIsGone) {
    m_peerIsDone = false;  // after a CloseSend there is still a Close or the stream's end to come
    const auto body = co_await receiveBody();
    if (!body && body.error().code() != ErrorCode::EndOfStream) co_return;
  }
}

Task<Result<DrpcCall::Invocation>> DrpcCall::receiveInvoke() {
  Invocation invocation;
  while (true) {
    Packet packet;
    if (m_nextCall) {
      packet = *std::exchange(m_nextCall, std::nullopt);
    } else {
      CO_TRY_ASSIGN(packet, co_await receivePacket());
    }
    const bool isNew = packet.streamId > m_servedStreamId;
    if (isNew && packet.kind == PacketKind::InvokeMetadata) {
      CO_TRY_ASSIGN(invocation.metadata, drpc::parseMetadata(packet.body));
    } else if (isNew && packet.kind == PacketKind::Invoke) {
      invocation.name = std::move(packet.body);
      m_streamId = m_servedStreamId = packet.streamId;
      m_nextMessageId = 1;
      m_peerIsDone = m_peerIsGone = false;
      co_return invocation;
    }
  }
}

}  // namespace berth::rpc

// One dRPC call on one stream, seen from either end (reference/tailnet.md 4.7).
//
// One coroutine may send while another receives. Errors of receive: EndOfStream when the peer ended the call in good
// order (Close or CloseSend); ConnectionLost when the stream ended without that; Unsupported when the peer answered
// code 12, Unavailable for its other errors (the text is the peer's).
#pragma once

#include <google/protobuf/message_lite.h>

#include <memory>

#include "core/base/Stream.h"
#include "core/rpc/DrpcFrame.h"

namespace berth::rpc {

using google::protobuf::MessageLite;

class DrpcCall {
 public:
  // A client's call: Invoke goes out together with the first send() or receive().
  static DrpcCall invoke(std::unique_ptr<Stream> stream, std::string_view name, const drpc::Metadata& metadata = {});
  // A server's end, before its Invoke was read.
  static DrpcCall serve(std::unique_ptr<Stream> stream) { return DrpcCall(std::move(stream)); }

  Task<Result<void>> send(const MessageLite& message);
  // The next message of the peer; its bytes must be a whole M. ProtocolViolation if not.
  template <typename M>
  Task<Result<M>> receive() {
    CO_TRY_ASSIGN(const std::string body, co_await receiveBody());
    M message;
    CO_TRY(parse(body, message));
    co_return message;
  }
  Task<Result<std::string>> receiveBody();

  // Waits until the peer ends the call or goes away; messages are dropped. What a server that only sends listens to.
  Task<void> ended();

  Task<Result<void>> closeSend();
  // Ends the call for both sides: Close and, from a client, FIN.
  Task<Result<void>> finish();
  Task<Result<void>> fail(const drpc::RemoteError& error);
  // Ends the call by dropping the stream; pending calls end with Cancelled.
  void close() noexcept { m_stream->close(); }

  // Serving: waits for the next Invoke. EndOfStream when the client is done with the stream.
  struct Invocation {
    std::string name;
    drpc::Metadata metadata;
  };
  Task<Result<Invocation>> receiveInvoke();

  // Goes out in one write with what is sent next.
  Result<void> queueMessage(const MessageLite& message);

  static Result<void> parse(const std::string& body, MessageLite& message);

 private:
  void queue(drpc::PacketKind kind, std::string_view body);
  Task<Result<void>> flush();

  explicit DrpcCall(std::unique_ptr<Stream> stream) : m_stream(std::move(stream)) {}
  Task<Result<drpc::Packet>> receivePacket();

  std::unique_ptr<Stream> m_stream;
  drpc::PacketReader m_reader;
  std::string m_outgoing;
  std::uint64_t m_streamId = 1;
  std::uint64_t m_nextMessageId = 1;
  std::uint64_t m_servedStreamId = 0;  // of the last call that was served here
  std::optional<drpc::Packet> m_nextCall;
  bool m_isClient = false;
  bool m_peerIsDone = false;  // sends no more messages
  bool m_peerIsGone = false;  // and wants none
};

}  // namespace berth::rpc

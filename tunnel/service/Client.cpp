#include "tunnel/service/Client.h"

#include <unistd.h>

#include <array>
#include <format>

#include "core/base/StreamDeadline.h"
#include "core/base/Unix.h"

namespace berth::tunnel::service {

namespace {

// More than the app takes to reach an agent or to give up.
constexpr std::chrono::milliseconds kAnswerTimeout{15'000};
constexpr std::chrono::milliseconds kAliveTimeout{1'000};

// To this user's app.
Task<Result<std::unique_ptr<UnixStream>>> connectToApp(std::filesystem::path path) {
  if (path.empty()) co_return fail(ErrorCode::NotFound, "there is no directory for sockets of this user");
  CO_TRY_ASSIGN(auto stream, co_await connectUnix(path));
  if (stream->peerUser() != ::geteuid())
    co_return fail(ErrorCode::PermissionDenied,
                   std::format("{} belongs to a program of user {}", path.string(), stream->peerUser()));
  co_return stream;
}

Task<Result<Bytes>> ask(Stream& stream, const Request& request, std::chrono::milliseconds timeout) {
  CO_TRY_ASSIGN(const Bytes message, emit(request));
  const StreamDeadline deadline(stream, timeout);
  CO_TRY(co_await stream.write(message));
  std::array<std::byte, kAnswerHeaderSize> head{};
  const auto read = co_await readExactly(stream, head);
  if (deadline.hasPassed()) co_return fail(ErrorCode::Timeout, "the app does not answer");
  CO_TRY(read);
  CO_TRY_ASSIGN(const AnswerHeader header, parseAnswerHeader(head));
  Bytes body(header.bodySize);
  if (!body.empty()) CO_TRY(co_await readExactly(stream, body));
  if (!header.isDone()) co_return fail(parseRefusal(header.code, body));
  co_return body;
}

// An app that lives answers even an empty request, with a refusal. One that is about to die may still be connected to.
Task<bool> isAlive(std::filesystem::path path) {
  const auto stream = co_await connectToApp(std::move(path));
  if (!stream) co_return false;
  const StreamDeadline deadline(**stream, kAliveTimeout);
  std::array<std::byte, kAnswerHeaderSize> head{};
  if (!co_await (*stream)->closeWrite()) co_return false;
  co_return (co_await readExactly(**stream, head)).has_value();
}

// Tells an agent that closed in good order from an app that is gone: the connection alone looks the same.
class AppStream final : public Stream {
 public:
  AppStream(std::unique_ptr<Stream> stream, std::filesystem::path path, std::shared_ptr<Client::Carried> carried)
      : m_stream(std::move(stream)), m_path(std::move(path)), m_carried(std::move(carried)) {}

  Task<Result<std::size_t>> readSome(ByteSpan buffer) override {
    auto count = co_await m_stream->readSome(buffer);
    if (!count) co_return fail(co_await explain(count.error()));
    m_carried->received += *count;
    co_return count;
  }
  Task<Result<void>> write(ByteView data) override {
    auto written = co_await m_stream->write(data);
    if (!written) co_return fail(co_await explain(written.error()));
    m_carried->sent += data.size();
    co_return written;
  }
  Task<Result<void>> closeWrite() override { return m_stream->closeWrite(); }
  void close() noexcept override { m_stream->close(); }
  asio::any_io_executor executor() override { return m_stream->executor(); }

 private:
  Task<Error> explain(Error error) {
    if (error.code() == ErrorCode::Cancelled) co_return error;
    const bool isRunning = co_await isAlive(m_path);
    if (isRunning) co_return error;
    co_return Error(ErrorCode::ConnectionLost,
                    "the Berth app has ended, and this connection went through its tunnel; connect again, or pass "
                    "--force-new-tunnel for a tunnel that does not depend on the app");
  }

  std::unique_ptr<Stream> m_stream;
  std::filesystem::path m_path;
  std::shared_ptr<Client::Carried> m_carried;
};

}  // namespace

Task<Result<std::unique_ptr<Stream>>> Client::dial(DialRequest request) const {
  CO_TRY_ASSIGN(auto stream, co_await connectToApp(m_path));
  CO_TRY(co_await ask(*stream, request, kAnswerTimeout));
  co_return std::make_unique<AppStream>(std::move(stream), m_path, m_carried);
}

Task<Result<dialer::PingResult>> Client::ping(PingRequest request) const {
  CO_TRY_ASSIGN(auto stream, co_await connectToApp(m_path));
  CO_TRY_ASSIGN(const Bytes body, co_await ask(*stream, request, kAnswerTimeout + request.timeout));
  co_return parsePong(body);
}

}  // namespace berth::tunnel::service

// A channel of libssh2 as a Stream. Reads leave standard error of a program out.
#pragma once

#include "app/cli/Ssh2Link.h"

namespace berth::cli {

class Ssh2Channel final : public Stream {
 public:
  // Takes the channel, which libssh2 made; it is given back when this is closed or destroyed.
  Ssh2Channel(std::shared_ptr<Ssh2Link> link, LIBSSH2_CHANNEL* handle);
  ~Ssh2Channel() override;
  Ssh2Channel(const Ssh2Channel&) = delete;
  Ssh2Channel& operator=(const Ssh2Channel&) = delete;

  Task<Result<std::size_t>> readSome(ByteSpan buffer) override;
  Task<Result<void>> write(ByteView data) override;
  Task<Result<void>> closeWrite() override;
  void close() noexcept override;
  asio::any_io_executor executor() override;

  Ssh2Link& link() noexcept;
  LIBSSH2_CHANNEL* handle() const noexcept;  // null once closed

 private:
  struct State;
  std::shared_ptr<State> m_state;  // libssh2 frees a channel only when the peer has closed it too
};

}  // namespace berth::cli

// Standard input, output and error as streams on the loop. Their flags are put back when this is destroyed: another
// program may share them.
#pragma once

#include "core/base/Stream.h"

namespace berth::cli {

class StandardStreams final : public Stream {
 public:
  explicit StandardStreams(asio::any_io_executor executor);
  ~StandardStreams() override;
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

  Task<Result<std::size_t>> readSome(ByteSpan buffer) override;  // standard input
  Task<Result<void>> write(ByteView data) override;              // standard output
  Task<Result<void>> writeError(ByteView data);
  Task<Result<void>> closeWrite() override;
  void close() noexcept override;
  asio::any_io_executor executor() override;

 private:
  struct Descriptors;
  std::shared_ptr<Descriptors> m_descriptors;
};

}  // namespace berth::cli

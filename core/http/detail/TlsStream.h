// TLS 1.2+ as a client, over any Stream. OpenSSL and Asio's engine stay behind TlsStream.cpp.
#pragma once

#include <memory>
#include <string>

#include "core/base/Stream.h"

namespace berth::http::detail {

class TlsContext;  // trusted certificates; shared by the connections of one client

struct TlsOptions {
  std::string caFile;
  bool verifiesCertificate = true;
};
Result<std::shared_ptr<TlsContext>> makeTlsContext(const TlsOptions& options);

// Shakes hands as a client of `host` and checks the certificate against that name.
Task<Result<std::unique_ptr<Stream>>> connectTls(std::shared_ptr<TlsContext> context, std::shared_ptr<Stream> transport,
                                                 std::string host);

}  // namespace berth::http::detail

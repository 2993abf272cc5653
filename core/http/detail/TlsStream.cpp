#include "core/http/detail/TlsStream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <format>

#include "core/base/SocketError.h"
#include "core/http/detail/StreamAdapter.h"

namespace berth::http::detail {

namespace {

using boost::system::error_code;
namespace ssl = asio::ssl;
constexpr auto kAwaitTuple = asio::as_tuple(asio::use_awaitable);

// OpenSSL's built-in directory is the build machine's; a static program must find other distributions' bundles too.
constexpr std::array<const char*, 5> kSystemBundles{
    "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",    // Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",              // openSUSE
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

void trustSystem(ssl::context& context) {
  error_code ignored;
  context.set_default_verify_paths(ignored);
  for (const char* path : kSystemBundles) {
    std::error_code missing;
    if (!std::filesystem::exists(path, missing)) continue;
    context.load_verify_file(path, ignored);
    return;
  }
}

Error tlsError(const error_code& code, std::string_view what) {
  if (code == ssl::error::stream_truncated)
    return Error(ErrorCode::EndOfStream, std::format("{}: end of stream", what));
  if (code.category() == asio::error::get_ssl_category())
    return Error(ErrorCode::ProtocolViolation, std::format("{}: TLS: {}", what, code.message()));
  return socketError(code, what);
}

using Engine = ssl::stream<StreamAdapter>;

class TlsStream final : public Stream {
 public:
  TlsStream(std::shared_ptr<TlsContext> context, std::shared_ptr<Engine> engine)
      : m_context(std::move(context)), m_engine(std::move(engine)) {}
  ~TlsStream() override { close(); }

  Task<Result<std::size_t>> readSome(ByteSpan buffer) override { return readFrom(m_engine, buffer); }
  Task<Result<void>> write(ByteView data) override { return writeTo(m_engine, data); }
  // close_notify in one direction only; HTTP does not need it and many peers close both at it.
  Task<Result<void>> closeWrite() override { co_return Result<void>(); }
  void close() noexcept override { m_engine->next_layer().stream()->close(); }
  asio::any_io_executor executor() override { return m_engine->next_layer().get_executor(); }

 private:
  static Task<Result<std::size_t>> readFrom(std::shared_ptr<Engine> engine, ByteSpan buffer) {
    const auto [error, count] =
        co_await engine->async_read_some(asio::buffer(buffer.data(), buffer.size()), kAwaitTuple);
    if (error) co_return fail(tlsError(error, "read from connection"));
    co_return count;
  }
  static Task<Result<void>> writeTo(std::shared_ptr<Engine> engine, ByteView data) {
    const auto [error, count] =
        co_await asio::async_write(*engine, asio::buffer(data.data(), data.size()), kAwaitTuple);
    if (error) co_return fail(tlsError(error, "write to connection"));
    co_return Result<void>();
  }

  std::shared_ptr<TlsContext> m_context;
  std::shared_ptr<Engine> m_engine;
};

// Asio's, which does not tell OpenSSL what it has found.
class HostNameVerification {
 public:
  explicit HostNameVerification(const std::string& host) : m_verify(host) {}

  bool operator()(bool isPreverified, ssl::verify_context& context) const {
    const bool isVerified = m_verify(isPreverified, context);
    if (isPreverified && !isVerified) X509_STORE_CTX_set_error(context.native_handle(), X509_V_ERR_HOSTNAME_MISMATCH);
    return isVerified;
  }

 private:
  ssl::host_name_verification m_verify;
};

std::string verificationFailure(Engine& engine, const std::string& host, const error_code& error) {
  const long verdict = SSL_get_verify_result(engine.native_handle());
  if (verdict == X509_V_OK) return std::format("TLS with {}: {}", host, error.message());
  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH)
    return std::format("the certificate that {} shows is for another name; use the name that it was made for", host);
  return std::format(
      "the certificate of {} is not trusted: {}; add its CA to the system's, or name it with SSL_CERT_FILE (berth: "
      "also --client-tls-ca-file)",
      host, X509_verify_cert_error_string(verdict));
}

}  // namespace

class TlsContext {
 public:
  ssl::context context{ssl::context::tls_client};
  bool verifiesCertificate = true;
};

Result<std::shared_ptr<TlsContext>> makeTlsContext(const TlsOptions& options) {
  auto made = std::make_shared<TlsContext>();
  made->verifiesCertificate = options.verifiesCertificate;
  SSL_CTX_set_min_proto_version(made->context.native_handle(), TLS1_2_VERSION);
  if (options.verifiesCertificate) trustSystem(made->context);
  if (!options.caFile.empty()) {
    error_code error;
    made->context.load_verify_file(options.caFile, error);
    if (error) return fail(ErrorCode::InvalidInput, std::format("CA file {}: {}", options.caFile, error.message()));
  }
  return made;
}

Task<Result<std::unique_ptr<Stream>>> connectTls(std::shared_ptr<TlsContext> context, std::shared_ptr<Stream> transport,
                                                 std::string host) {
  auto engine = std::make_shared<Engine>(StreamAdapter(std::move(transport)), context->context);
  error_code isName;
  asio::ip::make_address(host, isName);
  if (isName && SSL_set_tlsext_host_name(engine->native_handle(), host.c_str()) != 1)  // SNI is for names only
    co_return fail(ErrorCode::InvalidInput, std::format("\"{}\" is not a host name", host));
  error_code error;
  if (context->verifiesCertificate) {
    engine->set_verify_mode(ssl::verify_peer, error);
    engine->set_verify_callback(HostNameVerification(host), error);
  } else {
    engine->set_verify_mode(ssl::verify_none, error);
  }
  const auto [failure] = co_await engine->async_handshake(ssl::stream_base::client, kAwaitTuple);
  if (failure) {
    engine->next_layer().stream()->close();
    if (failure == asio::error::operation_aborted) co_return fail(ErrorCode::Cancelled, "TLS handshake cancelled");
    co_return fail(ErrorCode::ConnectionLost, verificationFailure(*engine, host, failure));
  }
  co_return std::make_unique<TlsStream>(std::move(context), std::move(engine));
}

}  // namespace berth::http::detail

#include "core/http/detail/HeadWriter.h"

#include <boost/beast/http/status.hpp>
#include <format>

namespace berth::http::detail {

namespace {

bool breaksLine(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

Result<void> appendFields(std::string& out, const Headers& headers) {
  for (const auto& [name, value] : headers.fields()) {
    if (name.empty() || breaksLine(name) || name.find_first_of(": \t") != std::string::npos || breaksLine(value))
      return fail(ErrorCode::InvalidInput, std::format("header field \"{}\" has characters that HTTP forbids", name));
    out.append(name).append(": ").append(value).append("\r\n");
  }
  out += "\r\n";
  return {};
}

}  // namespace

Result<std::string> requestHead(const Request& request) {
  if (request.target.empty() || breaksLine(request.target) || request.target.find(' ') != std::string::npos)
    return fail(ErrorCode::InvalidInput,
                std::format("request target \"{}\" has characters that HTTP forbids", request.target));
  std::string out = std::format("{} {} HTTP/1.1\r\n", request.method, request.target);
  TRY(appendFields(out, request.headers));
  return out;
}

Result<std::string> responseHead(const Response& response) {
  const auto status = boost::beast::http::int_to_status(static_cast<unsigned>(response.status));
  const std::string_view reason = boost::beast::http::obsolete_reason(status);
  std::string out = std::format("HTTP/1.1 {} {}\r\n", response.status, reason);
  TRY(appendFields(out, response.headers));
  return out;
}

}  // namespace berth::http::detail

#include "core/agent/ServerAccess.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fstream>
#include <iterator>

namespace berth::agent {

namespace {

std::string trim(std::string text) {
  const auto isBlank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (!text.empty() && isBlank(text.back())) text.pop_back();
  text.erase(text.begin(), std::ranges::find_if_not(text, isBlank));
  return text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(separator));
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return parts;
}

Result<void> addHeader(http::Headers& headers, const std::string& line) {
  const auto equals = line.find('=');
  if (equals == std::string::npos || equals == 0)
    return fail(ErrorCode::InvalidInput, "header \"" + line + "\" is not name=value");
  headers.add(line.substr(0, equals), line.substr(equals + 1));
  return {};
}

}  // namespace

Result<Secret> readToken(const std::string& token, const std::string& file) {
  if (!token.empty()) return Secret(trim(token));
  if (file.empty())
    return fail(ErrorCode::InvalidInput, "no agent token: set CODER_AGENT_TOKEN or CODER_AGENT_TOKEN_FILE");
  std::ifstream in(file);
  if (!in) return fail(errnoError(errno, "read the agent token in " + file));
  Secret read(trim(std::string(std::istreambuf_iterator<char>(in), {})));
  if (read.isEmpty()) return fail(ErrorCode::InvalidInput, "no agent token: the file " + file + " is empty");
  return read;
}

Result<http::Headers> readHeaders(const std::vector<std::string>& lines, const std::string& command) {
  http::Headers headers;
  for (const std::string& line : lines) TRY(addHeader(headers, line));
  if (command.empty()) return headers;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return fail(errnoError(errno, "run the header command"));
  std::string output;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) output += static_cast<char>(c);
  if (::pclose(pipe) != 0) return fail(ErrorCode::InvalidInput, "the header command failed: " + command);
  for (const std::string& line : split(output, '\n')) TRY(addHeader(headers, line));
  return headers;
}

Result<ServerAccess> readServerAccess(const Lookup& variable) {
  const std::string url = variable("CODER_AGENT_URL");
  if (url.empty())
    return fail(ErrorCode::InvalidInput, "CODER_AGENT_URL is not set: this command is for sessions of a workspace");
  ServerAccess access;
  TRY_ASSIGN(access.server, http::parseUrl(url));
  TRY_ASSIGN(access.token, readToken(variable("CODER_AGENT_TOKEN"), variable("CODER_AGENT_TOKEN_FILE")));
  TRY_ASSIGN(access.extraHeaders,
             readHeaders(split(variable("CODER_AGENT_HEADER"), ','), variable("CODER_AGENT_HEADER_COMMAND")));
  return access;
}

std::shared_ptr<http::Client> makeServerClient(const asio::any_io_executor& executor, const ServerAccess& access) {
  http::Headers headers = access.extraHeaders;
  headers.set("Coder-Session-Token", access.token.reveal());
  return http::makeClient(executor, access.server, {.defaultHeaders = std::move(headers)});
}

std::string refusalText(const http::Response& refusal) {
  boost::system::error_code error;
  const auto body = boost::json::parse(refusal.body, error);
  const auto* object = error ? nullptr : body.if_object();
  const auto* message = object == nullptr ? nullptr : object->if_contains("message");
  const auto* text = message == nullptr ? nullptr : message->if_string();
  return std::format("status {}{}{}", refusal.status, text ? ": " : "", text ? std::string_view(*text) : "");
}

}  // namespace berth::agent

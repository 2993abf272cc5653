#include "app/cli/Context.h"

#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <cstdio>
#include <cstdlib>
#include <format>
#include <fstream>

#include "core/base/Log.h"
#include "core/base/Version.h"

namespace berth::cli {

namespace {

namespace fs = std::filesystem;

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

// For the owner alone, and never half written.
Result<void> writePrivate(const fs::path& path, std::string_view content) {
  const fs::path temporary = path.string() + ".new";
  std::error_code error;
  fs::remove(temporary, error);
  {
    std::ofstream out(temporary, std::ios::binary);
    ::chmod(temporary.c_str(), 0600);
    out << content;
    if (!out.flush()) return fail(errnoError(errno, std::format("write {}", temporary.string())));
  }
  fs::rename(temporary, path, error);
  if (error) return fail(ErrorCode::Internal, std::format("write {}: {}", path.string(), error.message()));
  return {};
}

}  // namespace

fs::path Context::configDir() const {
  if (!m_options.configDir.empty()) return m_options.configDir;
  if (const char* base = std::getenv("XDG_CONFIG_HOME"); base != nullptr && *base != '\0')
    return fs::path(base) / "berth";
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr ? home : "/") / ".config" / "berth";
}

std::optional<std::string> Context::readFile(const char* name) const {
  std::ifstream in(configDir() / name, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text(std::istreambuf_iterator<char>(in), {});
  text = trimmed(std::move(text));
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

std::optional<std::string> Context::savedUrl() const { return readFile("url"); }

Result<void> Context::saveSession(const http::Url& url, const Secret& token) const {
  std::error_code error;
  fs::create_directories(configDir(), error);
  if (error)
    return fail(ErrorCode::PermissionDenied, std::format("make {}: {}", configDir().string(), error.message()));
  fs::permissions(configDir(), fs::perms::owner_all, error);
  TRY(writePrivate(configDir() / "url", url.toString()));
  return writePrivate(configDir() / "session", token.reveal());
}

Result<void> Context::forgetSession() const {
  for (const char* name : {"session", "url"}) {
    std::error_code error;
    fs::remove(configDir() / name, error);
    if (error)
      return fail(ErrorCode::Internal, std::format("remove {}: {}", (configDir() / name).string(), error.message()));
  }
  return {};
}

http::Headers Context::extraHeaders() const {
  http::Headers headers;
  for (const auto& each : m_options.headers) {
    const auto equals = each.find('=');
    if (equals != std::string::npos) headers.add(each.substr(0, equals), each.substr(equals + 1));
  }
  return headers;
}

std::shared_ptr<client::Session> Context::sessionFor(http::Url url, Secret token) {
  return std::make_shared<client::Session>(
      m_io.get_executor(),
      client::SessionOptions{.url = std::move(url),
                             .token = std::move(token),
                             .userAgent = std::format("berth-cli/{} (linux; berth {})", kBerthVersion, m_commandName),
                             .extraHeaders = extraHeaders(),
                             .caFile = m_options.caFile});
}

Result<std::shared_ptr<client::Session>> Context::session() {
  const auto url = m_options.url.empty() ? savedUrl() : std::optional<std::string>(m_options.url);
  const auto token = m_options.token.empty() ? readFile("session") : std::optional<std::string>(m_options.token);
  if (!url || !token) return fail(ErrorCode::Unauthenticated, "you are not signed in. Try `berth login <url>`.");
  TRY_ASSIGN(auto parsed, http::parseUrl(*url));
  return sessionFor(std::move(parsed), Secret(*token));
}

fs::path Context::program() const {
  std::error_code error;
  const auto path = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::absolute(m_program, error) : path;
}

void Context::run(const std::string& name, const Command::Runner& runner) {
  m_commandName = name;
  // A command says itself what people should know.
  if (m_options.isVerbose)
    log::setLevel(log::Level::Debug);
  else if (name != "server")
    log::setLevel(log::Level::Error);
  asio::co_spawn(m_io, runner(*this), [this, &name](const std::exception_ptr& failure, Result<int> result) {
    if (failure) std::rethrow_exception(failure);
    if (result) {
      m_exitCode = *result;
    } else {
      m_exitCode = 1;
      std::fflush(stdout);
      std::fprintf(stderr, "berth %s: %s\n", name.c_str(), result.error().message().c_str());
    }
    m_io.stop();  // what still runs in the background (heartbeats, watches) has no more purpose
  });
  m_io.run();
}

}  // namespace berth::cli

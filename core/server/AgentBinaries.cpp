#include "core/server/AgentBinaries.h"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "core/base/Bytes.h"
#include "core/server/http/ApiError.h"
#include "core/server/http/Json.h"

namespace berth::server {

namespace {

namespace fs = std::filesystem;

// Not "; charset": Toolbox takes no parameters.
constexpr const char* kBinaryContentType = "application/octet-stream";
constexpr const char* kHashList = "coder.sha1";
constexpr std::size_t kReadSize = 1U << 20;
constexpr std::uintmax_t kMaxBinary = 256U << 20;

constexpr std::string_view machineArchitecture() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#else
  return "armv7";
#endif
}

Result<std::string> hashFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(errnoError(errno, std::format("open {}", path.string())));
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestInit_ex(digest.get(), EVP_sha1(), nullptr);
  std::string buffer(kReadSize, '\0');
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0)
    EVP_DigestUpdate(digest.get(), buffer.data(), static_cast<std::size_t>(in.gcount()));
  std::array<std::byte, 20> sum{};
  EVP_DigestFinal_ex(digest.get(), reinterpret_cast<unsigned char*>(sum.data()), nullptr);
  return toHex(sum);
}

Result<std::string> readPart(const fs::path& path, std::uintmax_t from, std::uintmax_t count) {
  std::ifstream in(path, std::ios::binary);
  std::string part(static_cast<std::size_t>(count), '\0');
  in.seekg(static_cast<std::streamoff>(from));
  if (!in.read(part.data(), static_cast<std::streamsize>(count)))
    return fail(ErrorCode::Internal, std::format("read {}: it became shorter", path.string()));
  return part;
}

struct ByteRange {
  std::uintmax_t first = 0;
  std::uintmax_t last = 0;
};
enum class RangeKind { Whole, Part, Unsatisfiable };

// RFC 9110 14.2, one range; several or a malformed one mean the whole.
RangeKind parseRange(std::optional<std::string_view> header, std::uintmax_t size, ByteRange& range) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header || !header->starts_with(kUnit) || header->contains(',')) return RangeKind::Whole;
  const auto text = header->substr(kUnit.size());
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return RangeKind::Whole;
  const auto number = [](std::string_view digits, std::uintmax_t& value) {
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && stop == digits.data() + digits.size();
  };
  const auto first = text.substr(0, dash);
  const auto last = text.substr(dash + 1);
  if (first.empty()) {
    std::uintmax_t tail = 0;
    if (!number(last, tail)) return RangeKind::Whole;
    if (tail == 0) return RangeKind::Unsatisfiable;
    range = {size - std::min(tail, size), size - 1};
    return RangeKind::Part;
  }
  range.last = size - 1;
  if (!number(first, range.first) || (!last.empty() && !number(last, range.last))) return RangeKind::Whole;
  if (range.first >= size || range.last < range.first) return RangeKind::Unsatisfiable;
  range.last = std::min(range.last, size - 1);
  return RangeKind::Part;
}

}  // namespace

AgentBinaries::AgentBinaries(std::map<std::string, fs::path> files) {
  for (auto& [name, path] : files) m_files[name].path = std::move(path);
}

AgentBinaries AgentBinaries::find(const fs::path& directory, const fs::path& agent) {
  std::map<std::string, fs::path> files;
  files.emplace(std::format("coder-linux-{}", machineArchitecture()), agent);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored))
    if (entry.is_regular_file(ignored) && entry.path().filename().string().starts_with("coder-"))
      files.insert_or_assign(entry.path().filename().string(), entry.path());
  return AgentBinaries(std::move(files));
}

Result<const AgentBinaries::File*> AgentBinaries::current(const std::string& name) const {
  const auto found = m_files.find(name);
  if (found == m_files.end()) return fail(ErrorCode::NotFound, std::format("binary {}", name));
  File& file = found->second;
  std::error_code missing;
  const auto size = fs::file_size(file.path, missing);
  const auto changedAt = missing ? fs::file_time_type() : fs::last_write_time(file.path, missing);
  if (missing || size == 0 || size > kMaxBinary) return fail(ErrorCode::NotFound, file.path.string());
  if (file.sha1.empty() || file.size != size || file.changedAt != changedAt) {
    TRY_ASSIGN(file.sha1, hashFile(file.path));
    file.size = size;
    file.changedAt = changedAt;
  }
  return &file;
}

http::Response AgentBinaries::serve(const http::Request& request, std::string name) const {
  std::ranges::replace(name, '_', '-');
  if (name == kHashList) {
    std::string lines;
    for (const auto& [known, ignored] : m_files)
      if (const auto file = current(known)) lines += std::format("{} *{}\n", (*file)->sha1, known);
    return textResponse(200, std::move(lines));
  }
  const auto file = current(name);
  if (!file) return textResponse(404, "404 page not found\n");

  const std::string etag = std::format("\"{}\"", (*file)->sha1);
  const std::uintmax_t size = (*file)->size;
  http::Response response;
  response.headers.set("ETag", etag);
  response.headers.set("Accept-Ranges", "bytes");
  response.headers.set("X-Original-Content-Length", std::to_string(size));
  if (request.headers.find("If-None-Match") == etag) {
    response.status = 304;
    return response;
  }
  ByteRange range{0, size - 1};
  const auto kind = parseRange(request.headers.find("Range"), size, range);
  if (kind == RangeKind::Unsatisfiable) {
    response.status = 416;
    response.headers.set("Content-Range", std::format("bytes */{}", size));
    return response;
  }
  if (kind == RangeKind::Part) {
    response.status = 206;
    response.headers.set("Content-Range", std::format("bytes {}-{}/{}", range.first, range.last, size));
  }
  auto part = readPart((*file)->path, range.first, range.last - range.first + 1);
  if (!part) return render(part.error());
  response.headers.set("Content-Type", kBinaryContentType);
  response.body = *std::move(part);
  return response;
}

http::Response AgentBinaries::listing() const {
  std::string html = "<!doctype html><title>bin</title><pre>\n";
  for (const auto& [name, ignored] : m_files)
    if (current(name)) html += std::format("<a href=\"/bin/{0}\">{0}</a>\n", name);
  html += std::format("<a href=\"/bin/{0}\">{0}</a>\n</pre>\n", kHashList);
  return textResponse(200, std::move(html), "text/html; charset=utf-8");
}

}  // namespace berth::server

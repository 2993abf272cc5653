#include "core/server/routes/Files.h"

#include <sodium.h>

#include "core/api/Templates.h"
#include "core/provision/Archive.h"
#include "core/server/Services.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Transactions.h"
#include "core/store/Files.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

constexpr std::string_view kTar = "application/x-tar";

bool isZip(std::string_view type) { return type == "application/zip" || type == "application/x-zip-compressed"; }

std::string sha256Hex(ByteView bytes) {
  Bytes hash(crypto_hash_sha256_BYTES);
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return toHex(hash);
}

ApiResult<Bytes> tarOfZip(ByteView zip) {
  auto entries = provision::readArchive(zip, provision::ArchiveFormat::Zip);
  if (!entries && entries.error().code() == ErrorCode::LimitExceeded)
    return apiFail(413, "The zip archive is too large once it is unpacked.", entries.error().message());
  if (!entries) return apiFail(400, "Failed to convert .zip archive to .tar.", entries.error().message());
  TRY_ASSIGN(auto tar, provision::writeTar(*std::move(entries)));
  return tar;
}

struct Upload {
  FileId id;
  bool isNew = true;
};

// The same bytes of the same user are one file.
Result<Upload> storeUpload(Transaction& tx, const store::FileRecord& file) {
  TRY_ASSIGN(const auto existing, store::findFileByHash(tx, file.createdBy, file.hash));
  if (existing) return Upload{.id = *existing, .isNew = false};
  TRY(store::insertFile(tx, file));
  return Upload{.id = file.id, .isNew = true};
}

}  // namespace

Task<Answer> uploadFile(Call& call) {
  const std::string type(call.request().headers.find("Content-Type").value_or(""));
  if (type != kTar && !isZip(type))
    co_return apiFail(400, std::format("Unsupported content type header \"{}\".", type));
  store::FileRecord file;
  file.id = FileId::random();
  file.createdBy = call.user().userId;
  file.createdAt = call.services.clock.wallNow();
  file.mimetype = kTar;
  if (isZip(type)) {
    CO_TRY_ASSIGN(file.data, tarOfZip(asBytes(call.request().body)));
  } else {
    file.data = toBytes(asBytes(call.request().body));
  }
  file.hash = sha256Hex(file.data);
  CO_TRY_ASSIGN(const auto upload, co_await call.services.store.run(
                                       [file = std::move(file)](Transaction& tx) { return storeUpload(tx, file); }));
  co_return jsonResponse(upload.isNew ? 201 : 200, api::UploadResponse{.hash = upload.id.toString()});
}

Task<Answer> downloadFile(Call& call) {
  const auto id = FileId::parse(call.param("file"));
  if (!id) co_return apiFail(400, "File id must be a valid UUID.");
  const auto format = call.queryOr("format", "");
  if (!format.empty() && format != "zip")
    co_return apiFail(400, std::format("Unsupported conversion format \"{}\".", format));
  CO_TRY_ASSIGN(const auto file,
                co_await call.services.store.run([id = *id](Transaction& tx) { return store::findFile(tx, id); }));
  // Authors of templates read every archive: any of them may belong to a version that they look after.
  if (!file || !isAllowed(call.user(), Action::Read, {ObjectKind::File, file->createdBy}))
    co_return apiFail(ApiError::notFound());
  http::Response response;
  if (format == "zip") {
    CO_TRY_ASSIGN(auto entries, provision::readArchive(file->data, provision::ArchiveFormat::Tar));
    CO_TRY_ASSIGN(const auto zip, provision::writeZip(std::move(entries)));
    response.headers.set("Content-Type", "application/zip");
    response.body = asText(zip);
  } else {
    response.headers.set("Content-Type", file->mimetype);
    response.body = asText(file->data);
  }
  co_return response;
}

}  // namespace berth::server::routes

#include "core/store/Resources.h"

#include "core/store/Sql.h"

namespace berth::store {

namespace {
const Query kInsert = insertQuery<ResourceRecord>("workspace_resources");
const Query kById = selectQuery<ResourceRecord>("resource", "workspace_resources", "WHERE id = ?");
const Query kOfJob =
    selectQuery<ResourceRecord>("list resources", "workspace_resources", "WHERE job_id = ? ORDER BY name, type, id");
const Query kInsertMetadata = insertQuery<ResourceMetadataRecord>("workspace_resource_metadata");
const Query kMetadata = selectQuery<ResourceMetadataRecord>(
    "list resource metadata", "workspace_resource_metadata m",
    "JOIN workspace_resources r ON r.id = m.resource_id WHERE r.job_id = ? ORDER BY m.resource_id, m.position");
}  // namespace

Result<void> insertResource(Transaction& tx, const ResourceRecord& resource) {
  return insertRow(tx, kInsert, resource);
}
Result<std::optional<ResourceRecord>> findResource(Transaction& tx, ResourceId id) {
  return findRow<ResourceRecord>(tx, kById, id);
}
Result<std::vector<ResourceRecord>> listResources(Transaction& tx, JobId job) {
  return listRows<ResourceRecord>(tx, kOfJob, job);
}
Result<void> insertResourceMetadata(Transaction& tx, const ResourceMetadataRecord& metadata) {
  return insertRow(tx, kInsertMetadata, metadata);
}
Result<std::vector<ResourceMetadataRecord>> listResourceMetadata(Transaction& tx, JobId job) {
  return listRows<ResourceMetadataRecord>(tx, kMetadata, job);
}

}  // namespace berth::store

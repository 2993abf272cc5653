// Resources of a job, derived from plan or state (reference/provisioning.md 4.11).
#pragma once

#include <string_view>
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::store {

Result<void> insertResource(Transaction& tx, const ResourceRecord& resource);
Result<std::optional<ResourceRecord>> findResource(Transaction& tx, ResourceId id);
Result<std::vector<ResourceRecord>> listResources(Transaction& tx, JobId job);  // by name
Result<void> insertResourceMetadata(Transaction& tx, const ResourceMetadataRecord& metadata);
Result<std::vector<ResourceMetadataRecord>> listResourceMetadata(Transaction& tx, JobId job);  // in declared order

}  // namespace berth::store

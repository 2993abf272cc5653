// The workspace list: filter, order, page (reference/rest-api.md 4.3).
#pragma once

#include "core/server/http/Actor.h"
#include "core/server/workspaces/Search.h"
#include "core/server/workspaces/View.h"

namespace berth::server {

struct Page {
  std::int64_t limit = 0;  // 0: no limit
  std::int64_t offset = 0;
};

// What the actor may read, by the filter; `count` is before paging.
ApiResult<api::WorkspacesResponse> readWorkspaceList(store::Transaction& tx, const Actor& actor,
                                                     const WorkspaceFilter& filter, const Page& page,
                                                     const ViewContext& context);

// Whether a workspace that is otherwise known passes; parameters are looked at by readWorkspaceList() alone.
bool matches(const WorkspaceFilter& filter, const api::Workspace& workspace);

}  // namespace berth::server

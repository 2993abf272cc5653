// What goes on beside a connection to a workspace.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/client/Session.h"

namespace berth::cli {

// Keeps the workspace from being stopped for want of use, until cancelled. Without a request it counts as used by no
// agent or program in particular (reference/rest-api.md 7.7).
Task<void> reportUsage(std::shared_ptr<client::Session> session, WorkspaceId workspace,
                       std::optional<api::PostWorkspaceUsageRequest> usage);

// Until the workspace stops or is built anew: what is at the other end is gone then, and nothing else would say so. The
// value says it. "Stopping" is not enough, the agent still runs its last scripts.
Task<std::string> untilWorkspaceEnds(std::shared_ptr<client::Session> session, api::Workspace workspace);

}  // namespace berth::cli

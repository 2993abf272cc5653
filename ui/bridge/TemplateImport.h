// Adds a template that comes with the server: import of its files, then the template over that version.
#pragma once

#include <functional>
#include <string>

#include "core/client/Session.h"

namespace berth::ui {

// `onStage` gets the import's stages as the server names them. Fails with the import's own error, and does nothing when
// a template of that name is there already. `session` outlives the task.
Task<Result<void>> importExample(client::Session& session, std::string exampleId,
                                 std::function<void(const std::string& stage)> onStage);

}  // namespace berth::ui

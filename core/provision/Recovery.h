// Jobs of a run of the server that ended without ending them (reference/provisioning.md 3.5, 3.8).
#pragma once

#include <filesystem>
#include <string>

#include "core/base/Task.h"
#include "core/provision/JobRunner.h"
#include "core/store/Records.h"
#include "core/store/Store.h"

namespace berth::provision {

// Waits for what OpenTofu still does (interrupted once, killed after kInterruptPatience), lets `rescuer` collect what
// it did not write down, stores the state that it left and fails the job with a reason. The flag ends the waiting
// early; the job then stays for the next start.
Task<Result<void>> recoverJob(store::Store& store, std::filesystem::path jobsDirectory, store::JobRecord job,
                              JobRunner* rescuer, const bool& isStopping);

}  // namespace berth::provision

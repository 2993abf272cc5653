// `berth-agent agent`: flags and environment, then the agent on one event loop until a signal ends it.
#pragma once

#include <string>
#include <vector>

namespace berth {

// The arguments after "agent"; the exit code.
int runAgentCommand(const std::vector<std::string>& arguments);

}  // namespace berth

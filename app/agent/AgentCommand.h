// `berth-agent agent`: flags and environment, then the agent on one event loop until a signal ends it.
#pragma once

#include <string>
#include <vector>

namespace berth {

// The arguments after "agent"; the exit code. `count` and `all` are the program's own, for starting it again as the
// child of the first process of a container.
int runAgentCommand(const std::vector<std::string>& arguments, int count, char** all);

}  // namespace berth

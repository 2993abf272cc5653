// The first process of a container: starts the agent as its child, hands signals on, and buries orphans
// (reference/agent-and-ide.md 1.3).
#pragma once

namespace berth {

// Whether this is process 1 and is to run `agent` without --no-reap.
bool isInit(int count, char** arguments);

// Runs this program again with "--no-reap" added. Returns its exit code, or 128 + signal.
int runAsInit(int count, char** arguments);

}  // namespace berth

// Exit statuses that an SSH client sees when they are not the program's own (reference/agent-and-ide.md 2.7).
#pragma once

namespace berth::agent {

inline constexpr int kStatusRefused = 1;           // unknown subsystem
inline constexpr int kStatusTransferBlocked = 65;  // file transfer is switched off
inline constexpr int kStatusAgentFailure = 229;    // the program could not be started
inline constexpr int kStatusOfSignal = 255;        // ended by a signal
inline constexpr int kStatusOfLostSession = 255;   // for reports: the client went first

}  // namespace berth::agent

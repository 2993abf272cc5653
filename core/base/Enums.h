// The words of the domain: enumerations that stand in JSON and in the database as the same text.
//
// Each enum ends in Unknown, which a text of no known value becomes (newer peers may send one); whoever takes a value
// from a user refuses Unknown. A closed enum (reference/rest-api.md 9.2, 13) is never sent as Unknown.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace berth {

enum class UserStatus { Active, Dormant, Suspended, Unknown };
constexpr auto wordsOf(UserStatus) {
  return std::to_array<std::string_view>({"active", "dormant", "suspended", "unknown"});
}

enum class LoginType { Unset, Password, Github, Oidc, Token, None, Unknown };
constexpr auto wordsOf(LoginType) {
  return std::to_array<std::string_view>({"", "password", "github", "oidc", "token", "none", "unknown"});
}

enum class JobStatus { Pending, Running, Succeeded, Canceling, Canceled, Failed, Unknown };
constexpr auto wordsOf(JobStatus) {
  return std::to_array<std::string_view>(
      {"pending", "running", "succeeded", "canceling", "canceled", "failed", "unknown"});
}

enum class JobType { TemplateVersionImport, WorkspaceBuild, TemplateVersionDryRun, Unknown };
constexpr auto wordsOf(JobType) {
  return std::to_array<std::string_view>(
      {"template_version_import", "workspace_build", "template_version_dry_run", "unknown"});
}

enum class LogLevel { Trace, Debug, Info, Warn, Error, Unknown };
constexpr auto wordsOf(LogLevel) {
  return std::to_array<std::string_view>({"trace", "debug", "info", "warn", "error", "unknown"});
}

enum class LogSource { ProvisionerDaemon, Provisioner, Unknown };
constexpr auto wordsOf(LogSource) {
  return std::to_array<std::string_view>({"provisioner_daemon", "provisioner", "unknown"});
}

enum class Transition { Start, Stop, Delete, Unknown };
constexpr auto wordsOf(Transition) { return std::to_array<std::string_view>({"start", "stop", "delete", "unknown"}); }

enum class WorkspaceStatus {
  Pending,
  Starting,
  Running,
  Stopping,
  Stopped,
  Failed,
  Canceling,
  Canceled,
  Deleting,
  Deleted,
  Unknown
};
constexpr auto wordsOf(WorkspaceStatus) {
  return std::to_array<std::string_view>({"pending", "starting", "running", "stopping", "stopped", "failed",
                                          "canceling", "canceled", "deleting", "deleted", "unknown"});
}

enum class AutomaticUpdates { Never, Always, Unknown };
constexpr auto wordsOf(AutomaticUpdates) { return std::to_array<std::string_view>({"never", "always", "unknown"}); }

enum class AgentStatus { Connecting, Connected, Disconnected, Timeout, Unknown };
constexpr auto wordsOf(AgentStatus) {
  return std::to_array<std::string_view>({"connecting", "connected", "disconnected", "timeout", "unknown"});
}

enum class AgentLifecycle {
  Created,
  Starting,
  StartTimeout,
  StartError,
  Ready,
  ShuttingDown,
  ShutdownTimeout,
  ShutdownError,
  Off,
  Unknown
};
constexpr auto wordsOf(AgentLifecycle) {
  return std::to_array<std::string_view>({"created", "starting", "start_timeout", "start_error", "ready",
                                          "shutting_down", "shutdown_timeout", "shutdown_error", "off", "unknown"});
}

enum class ScriptStatus { Ok, ExitFailure, TimedOut, PipesLeftOpen, Unknown };
constexpr auto wordsOf(ScriptStatus) {
  return std::to_array<std::string_view>({"ok", "exit_failure", "timed_out", "pipes_left_open", "unknown"});
}

enum class DisplayApp { Vscode, VscodeInsiders, WebTerminal, SshHelper, PortForwardingHelper, Unknown };
constexpr auto wordsOf(DisplayApp) {
  return std::to_array<std::string_view>(
      {"vscode", "vscode_insiders", "web_terminal", "ssh_helper", "port_forwarding_helper", "unknown"});
}

enum class SharingLevel { Owner, Authenticated, Organization, Public, Unknown };
constexpr auto wordsOf(SharingLevel) {
  return std::to_array<std::string_view>({"owner", "authenticated", "organization", "public", "unknown"});
}

enum class AppHealth { Disabled, Initializing, Healthy, Unhealthy, Unknown };
constexpr auto wordsOf(AppHealth) {
  return std::to_array<std::string_view>({"disabled", "initializing", "healthy", "unhealthy", "unknown"});
}

enum class OpenIn { SlimWindow, Tab, Unknown };
constexpr auto wordsOf(OpenIn) { return std::to_array<std::string_view>({"slim-window", "tab", "unknown"}); }

enum class CorsBehavior { Simple, Passthru, Unknown };
constexpr auto wordsOf(CorsBehavior) { return std::to_array<std::string_view>({"simple", "passthru", "unknown"}); }

enum class ParameterType { String, Number, Bool, ListString, Unknown };
constexpr auto wordsOf(ParameterType) {
  return std::to_array<std::string_view>({"string", "number", "bool", "list(string)", "unknown"});
}

// Any of the enums above.
template <typename E>
concept WordEnum = requires(E value) { wordsOf(value); };

template <WordEnum E>
constexpr std::string_view toString(E value) noexcept {
  constexpr auto words = wordsOf(E{});
  const auto index = static_cast<std::size_t>(value);
  return index < words.size() ? words[index] : words.back();
}

// E::Unknown for a text that is no value of E.
template <WordEnum E>
constexpr E enumFromText(std::string_view text) noexcept {
  constexpr auto words = wordsOf(E{});
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == text) return static_cast<E>(i);
  return E::Unknown;
}

}  // namespace berth

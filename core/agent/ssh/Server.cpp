#include "core/agent/ssh/Server.h"

#include <cctype>
#include <csignal>

#include "core/agent/ssh/Connection.h"
#include "core/base/Log.h"

namespace berth::agent::ssh {

namespace {

BindHandle makeBind(const std::string& hostKeyPem) {
  BindHandle bind(ssh_bind_new());
  ssh_key key = nullptr;
  if (bind == nullptr || ssh_pki_import_privkey_base64(hostKeyPem.c_str(), nullptr, nullptr, nullptr, &key) != SSH_OK ||
      ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_IMPORT_KEY, key) != SSH_OK)
    throw std::runtime_error("SSH server: libssh does not take the host key");
  return bind;
}

}  // namespace

SessionType parseSessionType(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower.empty() || lower == "ssh") return SessionType::Ssh;
  if (lower == "vscode") return SessionType::VsCode;
  if (lower == "jetbrains") return SessionType::JetBrains;
  return SessionType::Unknown;
}

void Server::State::remember(const std::shared_ptr<SessionProcess>& process) {
  std::erase_if(processes, [](const auto& known) { return known.expired(); });
  processes.push_back(process);
}

Server::Server(asio::any_io_executor, Host& host, Options options)
    : m_state(std::make_shared<State>(host, std::move(options))) {
  ::signal(SIGPIPE, SIG_IGN);  // programs that stop reading are told by errno
  m_state->bind = makeBind(m_state->options.hostKeyPem);
}

Server::~Server() { stop(); }

Task<void> Server::serve(std::unique_ptr<Stream> stream) {
  const auto state = m_state;
  if (state->isStopping) co_return;
  const auto connection = std::make_shared<Connection>(state, std::move(stream));
  std::erase_if(state->connections, [](const auto& known) { return known.expired(); });
  state->connections.push_back(connection);
  co_await connection->run();
}

bool Server::isIdle() const noexcept {
  const auto isGone = [](const auto& known) { return known.expired(); };
  return std::ranges::all_of(m_state->connections, isGone) && std::ranges::all_of(m_state->processes, isGone);
}

void Server::stop() {
  if (std::exchange(m_state->isStopping, true)) return;
  for (const auto& known : m_state->connections)
    if (const auto connection = known.lock()) connection->disconnect();
  for (const auto& known : m_state->processes)
    if (const auto process = known.lock()) process->signal(SIGHUP);
}

}  // namespace berth::agent::ssh

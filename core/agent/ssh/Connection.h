// One SSH connection. libssh wants a socket, so it gets one end of a pair; the other end is joined to the stream.
//
// libssh runs only inside drive() and inside calls on its channels, never blocks (its session is non-blocking) and
// never calls deeper than our callbacks, which only note what happened: a call into libssh may process packets, so it
// can call back while another of our functions is at work.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/agent/SessionProcess.h"
#include "core/agent/ssh/Library.h"
#include "core/agent/ssh/Server.h"
#include "core/base/Clock.h"
#include "core/base/Notifier.h"

namespace berth::agent::ssh {

class AgentSocket;
class Channel;
class Listener;

// Shared by a server and its connections; outlives both.
struct Server::State {
  State(Host& hostOfSessions, Options wanted) : host(hostOfSessions), options(std::move(wanted)) {}
  Host& host;
  Options options;
  BindHandle bind;
  bool isStopping = false;
  std::vector<std::weak_ptr<class Connection>> connections;
  std::vector<std::weak_ptr<SessionProcess>> processes;

  // Hung up by Server::stop() if it still runs then.
  void remember(const std::shared_ptr<SessionProcess>& process);
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Server::State> server, std::unique_ptr<Stream> stream);
  ~Connection();

  // Until the connection has ended.
  Task<void> run();
  // Says goodbye to the peer; what libssh has still to send goes out before run() ends.
  void disconnect();
  // Ends it at once. May be called twice.
  void close();

  asio::any_io_executor executor() const { return m_executor; }
  Server::State& server() noexcept { return *m_server; }
  ssh_session session() noexcept { return m_session.get(); }

  // How much may be written to the channel now: what the peer's window allows, nothing while earlier output waits.
  std::size_t writable(ssh_channel channel);
  // Until writable() may have changed.
  Task<void> waitWritable();
  // Sends at most what writable() said; the result may be less during a key exchange. An error ends the connection.
  Result<std::size_t> write(ssh_channel channel, ByteView data, bool isErrorOutput);

  // To be called after any other call into libssh: looks for packets that came in with it and sends what it left.
  void scheduleDrive();

  void remove(ssh_channel channel);

  // Joins each connection to `socket` with the client's authentication agent, until it is closed.
  void serveAgent(std::shared_ptr<AgentSocket> socket);

 private:
  // Asks libssh to open a channel to the peer: SSH_OK once it is open, SSH_AGAIN while the answer is awaited.
  using Opener = std::function<int(ssh_channel)>;

  Result<void> open();
  void drive();
  void arm();
  void detachChannels();
  void handle(MessageHandle message);
  void handleChannelOpen(MessageHandle message);
  void handleChannelRequest(MessageHandle message);
  void handleGlobalRequest(MessageHandle message);
  static Task<void> openForward(std::shared_ptr<Connection> self, MessageHandle message);
  static Task<void> acceptForPeer(std::shared_ptr<Connection> self, std::shared_ptr<Listener> listener);
  static Task<void> acceptForAgent(std::shared_ptr<Connection> self, std::shared_ptr<AgentSocket> agent);
  static Task<void> offerToPeer(std::shared_ptr<Connection> self, asio::posix::stream_descriptor socket, Opener open);
  void startListening(ssh_message message);
  void stopListening(ssh_message message);
  static Task<void> pumpIn(std::shared_ptr<Connection> self);
  Task<void> pumpOut();
  static Task<void> probe(std::shared_ptr<Connection> self);

  std::shared_ptr<Server::State> m_server;
  asio::any_io_executor m_executor;
  std::unique_ptr<Stream> m_stream;
  asio::posix::stream_descriptor m_libraryEnd;  // waits on the descriptor that libssh owns
  asio::local::stream_protocol::socket m_pumpEnd;
  SessionHandle m_session;
  std::unordered_map<ssh_channel, std::shared_ptr<Channel>> m_channels;
  std::vector<std::shared_ptr<Listener>> m_listeners;
  Notifier m_writable;
  asio::steady_timer m_probeTimer;
  TimePoint m_lastReceivedAt;
  bool m_waitsForReading = false;
  bool m_waitsForWriting = false;
  bool m_isDriveScheduled = false;
  bool m_isLoggedIn = false;
  bool m_isDisconnected = false;  // libssh is done; its last bytes may still be on their way
  bool m_isClosed = false;
};

}  // namespace berth::agent::ssh

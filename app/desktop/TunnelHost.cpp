#include "app/desktop/TunnelHost.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <map>

#include "core/base/Log.h"
#include "core/base/Random.h"
#include "core/client/Session.h"
#include "tunnel/dialer/DeploymentTunnel.h"
#include "tunnel/service/Server.h"
#include "tunnel/service/SocketPath.h"
#include "ui/bridge/Mailbox.h"

namespace berth::desktop {

namespace {

constexpr std::chrono::seconds kGoodByeLimit{1};

using tunnel::dialer::DeploymentTunnel;
using tunnel::dialer::PingResult;
namespace service = tunnel::service;

}  // namespace

class TunnelHost::Core : public service::Backend, public std::enable_shared_from_this<TunnelHost::Core> {
 public:
  using Report = std::function<void(const QString& deploymentId, const std::vector<AgentConnection>& connections)>;

  Core(asio::any_io_executor executor, Report report) : m_executor(std::move(executor)), m_report(std::move(report)) {}

  template <typename Action>
  void post(Action action) {
    asio::post(m_executor, [self = shared_from_this(), action = std::move(action)] { action(*self); });
  }

  void start();
  void add(const QString& id, const http::Url& url, const Secret& token);
  void onResumed();
  Task<void> close();

  Task<Result<std::unique_ptr<Stream>>> dial(service::DialRequest request) override;
  Task<Result<PingResult>> ping(service::PingRequest request) override;

 private:
  struct Deployment {
    Secret token;
    std::shared_ptr<DeploymentTunnel> tunnel;  // shared by calls that are under way
  };

  Result<std::shared_ptr<DeploymentTunnel>> find(const std::string& url) const;

  asio::any_io_executor m_executor;
  Report m_report;
  SystemClock m_clock;
  SystemRng m_rng;
  std::map<std::string, Deployment> m_deployments;  // by URL as client::Session has it
  std::unique_ptr<service::Server> m_server;
};

void TunnelHost::Core::start() {
  const auto path = service::socketPath();
  auto started = path.empty() ? fail(ErrorCode::NotFound, "there is no directory for sockets (XDG_RUNTIME_DIR)")
                              : service::Server::start(m_executor, path, shared_from_this());
  if (started)
    m_server = *std::move(started);
  else
    log::warning("command lines use tunnels of their own: {}", started.error().message());
}

void TunnelHost::Core::add(const QString& id, const http::Url& url, const Secret& token) {
  auto session = std::make_shared<client::Session>(
      m_executor, client::SessionOptions{.url = url, .token = token, .userAgent = "berth-desktop"});
  Deployment& deployment = m_deployments[session->url().toString()];
  if (deployment.tunnel && deployment.token.reveal() == token.reveal()) return;
  if (deployment.tunnel) deployment.tunnel->stop();
  deployment = {token, std::make_shared<DeploymentTunnel>(m_executor, std::move(session), m_clock, m_rng)};
  deployment.tunnel->setObserver([report = m_report, id](const std::vector<AgentConnection>& now) { report(id, now); });
}

void TunnelHost::Core::onResumed() {
  for (const auto& [url, deployment] : m_deployments) deployment.tunnel->onNetworkChange();
}

Task<void> TunnelHost::Core::close() {
  const auto self = shared_from_this();
  m_server.reset();
  const auto deployments = std::exchange(m_deployments, {});
  for (const auto& [url, deployment] : deployments) co_await deployment.tunnel->close();
}

Result<std::shared_ptr<DeploymentTunnel>> TunnelHost::Core::find(const std::string& url) const {
  const auto found = m_deployments.find(url);
  if (found == m_deployments.end()) return fail(ErrorCode::NotFound, "the app is not signed in to " + url);
  return found->second.tunnel;
}

Task<Result<std::unique_ptr<Stream>>> TunnelHost::Core::dial(service::DialRequest request) {
  CO_TRY_ASSIGN(const auto tunnel, find(request.deployment));
  co_return co_await tunnel->dial(request.agent, request.port);
}

Task<Result<PingResult>> TunnelHost::Core::ping(service::PingRequest request) {
  CO_TRY_ASSIGN(const auto tunnel, find(request.deployment));
  co_return co_await tunnel->ping(request.agent, request.timeout);
}

TunnelHost::TunnelHost(QObject* parent)
    : QObject(parent),
      m_mailbox(std::make_shared<ui::Mailbox>(this)),
      m_core(
          std::make_shared<Core>(m_thread.executor(), [mailbox = m_mailbox, this](const QString& id, const auto& now) {
            mailbox->post([this, id, now] { Q_EMIT connectionsChanged(id, now); });
          })) {}

TunnelHost::~TunnelHost() {
  m_mailbox->close();
  const auto closed = asio::co_spawn(m_thread.executor(), m_core->close(), asio::use_future);
  if (closed.wait_for(kGoodByeLimit) != std::future_status::ready)
    log::warning("the tunnels did not end within {} s", kGoodByeLimit.count());
}

void TunnelHost::start() {
  m_core->post([](Core& core) { core.start(); });
}

void TunnelHost::addDeployment(const QString& id, const QString& url, const Secret& token) {
  const auto parsed = http::parseUrl(url.toStdString());
  if (!parsed) return;  // nothing else works with it either
  m_core->post([id, url = *parsed, token](Core& core) { core.add(id, url, token); });
}

void TunnelHost::onResumed() {
  m_core->post([](Core& core) { core.onResumed(); });
}

}  // namespace berth::desktop

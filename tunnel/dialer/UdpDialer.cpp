#include "tunnel/dialer/UdpDialer.h"

namespace berth::tunnel::dialer {

namespace {

constexpr std::uint16_t kFirstPort = 49'152;  // RFC 6335 6: dynamic ports
constexpr std::size_t kPorts = 65'536 - kFirstPort;

}  // namespace

struct UdpDialer::State {
  Node* node;  // null once the dialer is gone
  std::map<std::uint16_t, Flow*> flows;
  std::uint16_t nextPort = kFirstPort;

  std::uint16_t takePort() {
    while (flows.contains(nextPort)) advance();
    const std::uint16_t port = nextPort;
    advance();  // a late answer to an ended flow should not find the next one
    return port;
  }
  void advance() { nextPort = nextPort == UINT16_MAX ? kFirstPort : static_cast<std::uint16_t>(nextPort + 1); }
  void onDatagram(const netstack::Flow& answer, ByteView payload);
};

class UdpDialer::Flow final : public UdpFlow {
 public:
  Flow(std::shared_ptr<State> state, const netstack::Flow& flow, Handler handler)
      : m_state(std::move(state)), m_flow(flow), m_handler(std::move(handler)) {
    m_state->flows[m_flow.sourcePort] = this;
  }
  ~Flow() override { m_state->flows.erase(m_flow.sourcePort); }
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  bool send(ByteView payload) override { return m_state->node != nullptr && m_state->node->sendUdp(m_flow, payload); }

  void onAnswer(const netstack::Flow& answer, ByteView payload) const {
    if (answer.source != m_flow.destination || answer.sourcePort != m_flow.destinationPort) return;
    const Handler handler = m_handler;
    handler(payload);
  }

 private:
  std::shared_ptr<State> m_state;
  netstack::Flow m_flow;
  Handler m_handler;
};

void UdpDialer::State::onDatagram(const netstack::Flow& answer, ByteView payload) {
  const auto found = flows.find(answer.destinationPort);
  if (found != flows.end()) found->second->onAnswer(answer, payload);
}

UdpDialer::UdpDialer(Node& node) : m_state(std::make_shared<State>(&node)) {
  node.setUdpHandler([weak = std::weak_ptr(m_state)](const netstack::Flow& answer, ByteView payload) {
    if (const auto state = weak.lock()) state->onDatagram(answer, payload);
  });
}

UdpDialer::~UdpDialer() { m_state->node = nullptr; }

Result<std::unique_ptr<UdpFlow>> UdpDialer::open(const Ipv6& destination, std::uint16_t port,
                                                 UdpFlow::Handler handler) {
  if (m_state->flows.size() >= kPorts) return fail(ErrorCode::LimitExceeded, "too many UDP exchanges at once");
  const netstack::Flow flow{m_state->node->addresses().front(), m_state->takePort(), destination, port};
  return std::make_unique<Flow>(m_state, flow, std::move(handler));
}

}  // namespace berth::tunnel::dialer

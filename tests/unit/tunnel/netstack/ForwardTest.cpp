#include "tests/unit/tunnel/netstack/JoinedStacks.h"

using namespace berth;
using namespace berth::tunnel::netstack;

namespace {

// A forwarder whose local ends are given to the test.
struct LocalEnds {
  explicit LocalEnds(asio::any_io_executor e) : executor(std::move(e)) {}

  Netstack::TcpForwarder forwarder() {
    return [this](Flow flow) -> Task<Result<std::unique_ptr<Stream>>> {
      flows.push_back(flow);
      if (refusal) return refuse(*refusal);
      auto pair = makeStreamPair(executor);
      ends.push_back(std::move(pair.second));
      return give(std::move(pair.first));
    };
  }
  static Task<Result<std::unique_ptr<Stream>>> refuse(Error error) { co_return fail(std::move(error)); }
  static Task<Result<std::unique_ptr<Stream>>> give(std::unique_ptr<Stream> stream) { co_return stream; }

  asio::any_io_executor executor;
  std::vector<Flow> flows;
  std::vector<std::unique_ptr<Stream>> ends;
  std::optional<Error> refusal;
};

}  // namespace

TEST(NetstackForward, joinsAConnectionToItsLocalEnd) {
  JoinedStacks net;
  LocalEnds local(net.io().get_executor());
  net.right.setTcpForwarder(local.forwarder());
  net.run([](JoinedStacks& n, LocalEnds& l) -> Task<void> {
    auto stream = co_await n.left.connect(kRightAddress, 8080);
    EXPECT_TRUE(stream);
    if (!stream) co_return;
    EXPECT_EQ(l.flows.at(0).destinationPort, 8080);
    EXPECT_EQ(l.flows.at(0).source, kLeftAddress);
    EXPECT_TRUE(co_await (*stream)->write(asBytes("request")));
    EXPECT_TRUE(co_await (*stream)->closeWrite());
    EXPECT_EQ(asText(co_await readAll(*l.ends.at(0))), "request");
    EXPECT_TRUE(co_await l.ends.at(0)->write(asBytes("response")));
    l.ends.at(0).reset();
    EXPECT_EQ(asText(co_await readAll(**stream)), "response");
  }(net, local));
}

TEST(NetstackForward, refusesBeforeTheHandshakeWhenTheLocalEndDoes) {
  JoinedStacks net;
  LocalEnds local(net.io().get_executor());
  local.refusal = Error(ErrorCode::Unavailable, "no one there");
  net.right.setTcpForwarder(local.forwarder());
  net.run([](JoinedStacks& n, LocalEnds& l) -> Task<void> {
    EXPECT_EQ((co_await n.left.connect(kRightAddress, 8080)).error().code(), ErrorCode::Unavailable);
    EXPECT_EQ(l.flows.size(), 1U);
  }(net, local));
}

TEST(NetstackForward, listenersComeFirst) {
  JoinedStacks net;
  LocalEnds local(net.io().get_executor());
  net.right.setTcpForwarder(local.forwarder());
  auto listener = net.right.listen(22, kKeepalive);
  EXPECT_EQ(net.right.listen(22, kKeepalive).error().code(), ErrorCode::AlreadyExists);
  net.run([](JoinedStacks& n) -> Task<void> { EXPECT_TRUE(co_await n.left.connect(kRightAddress, 22)); }(net));
  EXPECT_TRUE(local.flows.empty());
  (*listener)->close();
  EXPECT_TRUE(net.right.listen(22, kKeepalive));
}

TEST(NetstackForward, opensOneLocalEndForARepeatedSyn) {
  JoinedStacks net;
  net.faults.loss = 0.4;
  LocalEnds local(net.io().get_executor());
  net.right.setTcpForwarder(local.forwarder());
  net.run([](JoinedStacks& n) -> Task<void> { co_await n.left.connect(kRightAddress, 8080); }(net));
  EXPECT_LE(local.flows.size(), 1U);
}

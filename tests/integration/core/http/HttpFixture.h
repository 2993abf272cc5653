// A real server on a free loopback port, with a handler that each test gives, and tasks run to their end.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/base/Tcp.h"
#include "core/http/Client.h"
#include "core/http/Server.h"

namespace berth::http {

class HttpFixture : public testing::Test {
 protected:
  static constexpr std::chrono::seconds kTestLimit{20};

  void serve(Handler handler, ServerLimits limits = {}) {
    server = makeServer(io.get_executor(), limits);
    const auto listening = server->listen("127.0.0.1:0");
    ASSERT_TRUE(listening) << listening.error().message();
    port = *listening;
    server->serve(std::move(handler));
  }
  void serve(std::function<Task<void>(Exchange&)> handle, ServerLimits limits = {}) {
    serve(Handler{std::move(handle), {}}, limits);
  }

  Url url() const { return {.scheme = "http", .host = "127.0.0.1", .port = port, .path = ""}; }
  std::shared_ptr<Client> client(ClientOptions options = {}) {
    return makeClient(io.get_executor(), url(), std::move(options));
  }

  template <typename T>
  T run(Task<T> task) {
    std::optional<T> result;
    asio::co_spawn(io, std::move(task), [&](const std::exception_ptr& failure, T value) {
      if (failure) std::rethrow_exception(failure);
      result = std::move(value);
    });
    const auto end = std::chrono::steady_clock::now() + kTestLimit;
    io.restart();
    while (!result && io.run_one_until(end) > 0) {
    }
    if (!result) throw std::runtime_error("the task did not end in time");
    return std::move(*result);
  }
  void run(Task<void> task) { run(withValue(std::move(task))); }

  // Sends bytes as they are and returns what comes until the server closes.
  Task<std::string> rawExchange(std::string input, bool ends = false) {
    auto stream = co_await connectTcp("127.0.0.1", port);
    if (!stream) co_return stream.error().message();
    co_await (*stream)->write(asBytes(input));
    if (ends) co_await (*stream)->closeWrite();
    std::string output;
    Bytes buffer(4096);
    while (true) {
      const auto count = co_await (*stream)->readSome(buffer);
      if (!count) co_return output;
      output += asText(ByteView(buffer).first(*count));
    }
  }

  asio::io_context io;
  std::uint16_t port = 0;
  std::unique_ptr<Server> server;

 private:
  static Task<bool> withValue(Task<void> task) {
    co_await std::move(task);
    co_return true;
  }
};

}  // namespace berth::http

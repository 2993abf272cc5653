// A server in process: real store, routes, pipeline and HTTP on a free port of loopback; no worker, the tests end jobs
// themselves.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/json.hpp>
#include <filesystem>

#include "core/http/Client.h"
#include "core/server/Services.h"
#include "core/server/auth/Credentials.h"
#include "core/server/auth/SessionAuthenticator.h"
#include "core/server/http/Pipeline.h"
#include "core/server/routes/RouteTable.h"
#include "core/store/Store.h"

namespace berth::server::testing {

namespace json = boost::json;

struct Reply {
  int status = 0;
  json::value body;
  http::Headers headers;
};

class ServerFixture : public ::testing::Test {
 protected:
  ServerFixture();
  ~ServerFixture() override;

  // One request, awaited on the loop.
  Reply send(std::string method, std::string target, const json::value& body = {});
  Reply get(std::string target) { return send("GET", std::move(target)); }

  // Runs a coroutine of the test to its end; fails the test after 20 seconds.
  template <typename T>
  T await(Task<T> task) {
    std::optional<T> result;
    asio::co_spawn(
        io,
        [](Task<T> inner, std::optional<T>& out) -> Task<void> { out.emplace(co_await std::move(inner)); }(
                                                     std::move(task), result),
        [](const std::exception_ptr& e) {
          if (e) std::rethrow_exception(e);
        });
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    io.restart();
    while (!result && std::chrono::steady_clock::now() < until) io.run_one_for(std::chrono::milliseconds(100));
    if (!result) throw std::runtime_error("the coroutine did not end within 20 s");
    return std::move(*result);
  }
  void await(Task<void> task);

  template <typename Work>
  auto inStore(Work work) {
    auto result = store->runBlocking(std::move(work));
    if (!result) throw std::runtime_error(result.error().message());
    return std::move(*result);
  }

  // A template "docker" with the parameters greeting (mutable) and size (immutable, 1 to 4), imported well.
  void addTemplate();
  // Ends the build's job as a worker would: with a container and an agent named "main" for a start.
  void finishBuild(BuildId build);
  // A workspace "box", built.
  json::value makeWorkspace();

  asio::io_context io{1};
  std::filesystem::path directory;
  std::unique_ptr<store::Store> store;
  Events events{io.get_executor()};
  SystemClock clock;
  Deployment deployment{.accessUrl = http::Url{"http", "127.0.0.1", 3000, ""}, .id = Uuid::random()};
  Credentials credentials;
  std::optional<Services> services;
  std::optional<SessionAuthenticator> authenticator;
  Router router{routeTable()};
  std::optional<Pipeline> pipeline;
  std::unique_ptr<http::Server> server;
  std::shared_ptr<http::Client> client;

  UserId userId;
  std::string token;
  OrganizationId organization;
  TemplateId templateId;
  TemplateVersionId versionId;
  AgentId agentId;
  Uuid agentToken;
};

}  // namespace berth::server::testing

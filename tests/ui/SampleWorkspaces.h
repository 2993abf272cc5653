// A working day's workspaces on this computer, for screenshots and for tests that look at a filled window.
#pragma once

#include <cmath>

#include "tests/ui/ScriptedDeployment.h"
#include "ui/models/Connections.h"

namespace berth::ui {

inline std::vector<api::Workspace> sampleWorkspaces() {
  using namespace std::chrono_literals;
  const auto named = [](const char* name, const char* templateName, WorkspaceStatus status, std::int64_t build,
                        std::chrono::seconds ago) {
    api::Workspace made = workspaceOf(name, status, build, ago);
    made.template_display_name = templateName;
    return made;
  };
  auto docs = named("berth-docs", "Docker container", WorkspaceStatus::Running, 14, 71min);
  auto notebook = named("ml-notebook", "Python notebook", WorkspaceStatus::Stopped, 6, 3 * 24h);
  auto mobile = named("mobile-build", "Android builder", WorkspaceStatus::Failed, 9, 2h);
  mobile.latest_build.job.error = "apply: docker_image.main: image android-sdk:35 was not found";
  mobile.last_used_at -= 24h;
  auto search = named("search-index", "Go service", WorkspaceStatus::Stopped, 3, 6 * 24h);
  search.outdated = true;
  auto shop = named("web-shop", "Node and Postgres", WorkspaceStatus::Running, 22, 5h);
  shop.latest_build.resources[0].agents->push_back(agentOf("db"));
  shop.latest_build.resources[0].agents->back().id = AgentId(uuidOf("web-shop.db"));
  return {named("quickstart", "Docker container", WorkspaceStatus::Running, 1, 4min),
          docs,
          notebook,
          named("infra-lab", "Docker container", WorkspaceStatus::Starting, 4, 12s),
          mobile,
          named("payments-api", "Go service", WorkspaceStatus::Stopped, 31, 20h),
          search,
          shop};
}

// As the tunnel tells of them, `second` by second: one workspace direct and busy, one relayed and quiet.
inline std::vector<AgentConnection> sampleConnections(int second) {
  using Path = AgentConnection::Path;
  using namespace std::chrono_literals;
  const auto wave = [second](double period) { return 1 + std::sin(second / period) * std::sin(second / 2.3); };
  const int burst = second > 45 ? (second - 45) * 90'000 : 0;
  return {{.agent = AgentId(uuidOf("quickstart.main")),
           .path = Path::Direct,
           .address = "172.17.0.3:41641",
           .relay = "Berth Embedded Relay",
           .latency = 240us,
           .receiveRate = static_cast<std::int64_t>(400'000 * wave(5)) + burst,
           .sendRate = static_cast<std::int64_t>(90'000 * wave(9)),
           .openStreams = 2},
          {.agent = AgentId(uuidOf("web-shop.main")),
           .path = Path::Relayed,
           .relay = "Berlin",
           .latency = 41ms,
           .receiveRate = static_cast<std::int64_t>(12'000 * wave(7)),
           .sendRate = static_cast<std::int64_t>(2'000 * wave(4)),
           .openStreams = 1}};
}

// A minute of them.
inline void feedConnections(Connections& connections, const QString& deploymentId) {
  for (int second = 0; second < Connections::kSamples; ++second)
    connections.update(deploymentId, sampleConnections(second));
}

inline std::vector<api::Template> sampleTemplates() {
  return {templateOf("docker", "Docker container",
                     "A development environment in a container on the server's Docker engine"),
          templateOf("go", "Go service", "Go, its tools and a Postgres to test against"),
          templateOf("node", "Node and Postgres", "A web application with its database"),
          templateOf("notebook", "Python notebook", "Jupyter with the usual scientific packages"),
          templateOf("android", "Android builder", "SDK, emulator and Gradle caches")};
}

inline std::vector<api::ProvisionerJobLog> sampleLog() {
  return {logLine(1, "Setting up", ""),
          logLine(2, "Planning infrastructure", "Initializing provider plugins..."),
          logLine(3, "Planning infrastructure", "data.coder_workspace.me: Read complete after 0s"),
          logLine(4, "Planning infrastructure", "Plan: 4 to add, 0 to change, 0 to destroy"),
          logLine(5, "Starting workspace", "docker_volume.home: Creating..."),
          logLine(6, "Starting workspace", "docker_volume.home: Creation complete after 0s"),
          logLine(7, "Starting workspace", "image \"go-dev:1.25\" is not here, it will be pulled", LogLevel::Warn),
          logLine(8, "Starting workspace", "docker_container.workspace[0]: Creating...")};
}

}  // namespace berth::ui

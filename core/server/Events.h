// In-process publish and subscribe: "something about X changed". It carries no data: a subscriber reads the new state
// from the store, so that many changes fall into one and a slow reader costs a flag, never a queue.
#pragma once

#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "core/base/Error.h"
#include "core/base/Ids.h"
#include "core/base/Task.h"

namespace berth::server {

enum class Topic {
  Workspace,       // WorkspaceId: the object as the API shows it (build, job, agents, schedule, name)
  UserWorkspaces,  // UserId: any workspace of that owner came, went or changed
  Job,             // JobId: the job's state
  JobLog,          // JobId: lines were added
  Agent,           // AgentId: connection, lifecycle, version, apps
  AgentLog,        // AgentId: lines were added
  AgentMetadata,   // AgentId: values were collected
  Template,        // TemplateId: active version or settings
};

struct Subject {
  Topic topic;
  Uuid id;
  auto operator<=>(const Subject&) const = default;
};
template <typename IdType>
Subject subject(Topic topic, const IdType& id) {
  return {topic, id.value};
}

// All on the server's loop. Outlives its subscriptions or not, as it happens.
class Events {
 public:
  class Subscription;

  explicit Events(asio::any_io_executor executor);
  ~Events();
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  // Subjects may be added later. What is published between subscribe() and the first wait() is not lost.
  std::unique_ptr<Subscription> subscribe(std::vector<Subject> subjects);

  void publish(Subject subject);
  template <typename IdType>
  void publish(Topic topic, const IdType& id) {
    publish(Subject{topic, id.value});
  }

  // Ends every subscription; later ones end at once. The first step of a shutdown.
  void close();

 private:
  struct State;
  std::shared_ptr<State> m_state;
};

class Events::Subscription {
 public:
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // The subjects that changed since the last call, at least one; empty after `limit` without any (for a heartbeat).
  // Cancelled after close(), here or of the Events.
  Task<Result<std::set<Subject>>> wait(std::chrono::milliseconds limit);

  void add(Subject subject);
  void remove(Subject subject);
  void close() noexcept;

 private:
  friend class Events;
  struct Inbox;
  Subscription(std::shared_ptr<State> state, std::shared_ptr<Inbox> inbox);
  std::shared_ptr<State> m_state;
  std::shared_ptr<Inbox> m_inbox;
};

}  // namespace berth::server

#include "core/server/routes/JobLogs.h"

#include "core/server/Services.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Sockets.h"
#include "core/server/workspaces/View.h"
#include "core/store/Jobs.h"

namespace berth::server::routes {

namespace {

// How often a follower looks without having been told: events are hints, the table is the truth.
constexpr std::chrono::seconds kRecheckAfter{30};
constexpr std::int64_t kBatch = 500;

struct LogPage {
  std::vector<store::JobLogRecord> lines;
  bool isJobOver = false;
};

// The job's state is read first: lines stored before it ended are then all in the page, or in the next one.
Task<Result<LogPage>> readPage(store::Store& store, JobId job, std::int64_t after) {
  co_return co_await store.run([job, after](store::Transaction& tx) -> Result<LogPage> {
    LogPage page;
    TRY_ASSIGN(const auto record, store::getJob(tx, job));
    TRY_ASSIGN(page.lines, store::listJobLogs(tx, job, after, kBatch));
    page.isJobOver = !record.isActive() && page.lines.size() < static_cast<std::size_t>(kBatch);
    return page;
  });
}

Task<Farewell> follow(store::Store& store, http::WebSocket& socket, Events::Subscription& changes, JobId job,
                      std::int64_t after) {
  while (true) {
    const auto page = co_await readPage(store, job, after);
    if (!page) co_return Farewell{http::CloseCode::InternalError, page.error().message()};
    for (const auto& line : page->lines) {
      if (!co_await socket.writeText(api::toJson(toApi(line)))) co_return Farewell{http::CloseCode::GoingAway, {}};
      after = line.id;
    }
    if (page->isJobOver) co_return Farewell{http::CloseCode::Normal, "done"};
    if (page->lines.size() < static_cast<std::size_t>(kBatch) && !co_await changes.wait(kRecheckAfter))
      co_return Farewell{http::CloseCode::GoingAway, "the server is shutting down"};
  }
}

std::string asText(const std::vector<store::JobLogRecord>& lines) {
  std::string text;
  for (const auto& line : lines)
    text += std::format("{} [{}] [{}|{}] {}\n", formatRfc3339(line.createdAt), toString(line.level),
                        line.source == LogSource::Provisioner ? "provisioner" : "provisioner_daemon", line.stage,
                        line.output);
  return text;
}

}  // namespace

Task<Answer> serveJobLogs(Call& call, JobId job) {
  CO_TRY_ASSIGN(const auto after, call.numberQuery("after", 0));
  const auto format = call.queryOr("format", "json");
  const bool isText = format == "text";
  if (!isText && format != "json")
    co_return apiFail(ApiError::invalidQuery("format", "Query param \"format\" must be json or text"));
  auto& store = call.services.store;
  if (!call.hasQuery("follow")) {
    CO_TRY_ASSIGN(const auto lines, co_await store.run([job, after](store::Transaction& tx) {
      return store::listJobLogs(tx, job, after);
    }));
    if (isText) co_return textResponse(200, asText(lines));
    std::vector<api::ProvisionerJobLog> views;
    for (const auto& line : lines) views.push_back(toApi(line));
    co_return jsonResponse(200, views);
  }
  if (isText) co_return apiFail(ApiError::invalidQuery("format", "Query param \"format\" can't be text with follow"));

  const auto changes = call.services.events.subscribe({subject(Topic::Job, job), subject(Topic::JobLog, job)});
  CO_TRY_ASSIGN(const auto socket, co_await acceptSocket(call));
  co_await serveOneWay(*socket, *changes, follow(store, *socket, *changes, job, after));
  co_return Answered();
}

}  // namespace berth::server::routes

#include "core/server/routes/DynamicParameters.h"

#include "core/api/Parameters.h"
#include "core/provision/Parameters.h"
#include "core/server/Services.h"
#include "core/server/http/Reply.h"
#include "core/server/http/Sockets.h"
#include "core/server/http/Transactions.h"
#include "core/server/routes/VersionOfPath.h"
#include "core/server/workspaces/Access.h"
#include "core/store/Templates.h"
#include "core/store/Users.h"

namespace berth::server::routes {

namespace {

using store::Transaction;

constexpr std::size_t kMaxRequestFrame = 32'768;
constexpr std::chrono::minutes kSessionLimit{30};
constexpr std::int64_t kInitialId = -1;

api::FriendlyDiagnostic diagnosticView(const provision::ParameterDiagnostic& diagnostic) {
  return {.severity = "error",
          .summary = diagnostic.summary,
          .detail = diagnostic.detail,
          .extra = {.code = diagnostic.code}};
}

std::vector<api::PreviewParameterValidation> validationsOf(const store::TemplateVersionParameterRecord& record) {
  const bool hasAny = !record.validationRegex.empty() || !record.validationMonotonic.empty() || record.validationMin ||
                      record.validationMax;
  if (!hasAny) return {};
  api::PreviewParameterValidation view;
  view.validation_error = record.validationError;
  if (!record.validationRegex.empty()) view.validation_regex = record.validationRegex;
  if (record.validationMin) view.validation_min = *record.validationMin;
  if (record.validationMax) view.validation_max = *record.validationMax;
  if (!record.validationMonotonic.empty()) view.validation_monotonic = record.validationMonotonic;
  return {std::move(view)};
}

api::PreviewParameter parameterView(const provision::EvaluatedParameter& evaluated) {
  const auto& record = evaluated.parameter;
  api::PreviewParameter view;
  view.name = record.name;
  view.display_name = record.displayName;
  view.description = record.description;
  view.type = record.type;
  view.form_type = record.formType;
  view.styling = api::fromJson<api::ParameterStyling>(record.styling).value_or(api::ParameterStyling());
  view.mutable_ = record.isMutable;
  view.default_value = {.value = record.defaultValue, .valid = !record.required};
  view.icon = record.icon;
  for (const auto& option : record.options)
    view.options.push_back({.name = option.name,
                            .description = option.description,
                            .value = {.value = option.value, .valid = true},
                            .icon = option.icon});
  view.validations = validationsOf(record);
  view.required = record.required;
  view.order = record.displayOrder;
  view.ephemeral = record.ephemeral;
  view.value = {.value = evaluated.value.value_or(""), .valid = evaluated.value.has_value()};
  for (const auto& diagnostic : evaluated.diagnostics) view.diagnostics.push_back(diagnosticView(diagnostic));
  return view;
}

api::DynamicParametersResponse ownerNotFound() {
  api::DynamicParametersResponse response;
  response.diagnostics.push_back({.severity = "error",
                                  .summary = "Failed to fetch workspace owner",
                                  .detail = "Please check your permissions or the user may not exist.",
                                  .extra = {.code = "owner_not_found"}});
  return response;
}

Task<Result<api::DynamicParametersResponse>> evaluate(store::Store& store, TemplateVersionId version,
                                                      api::DynamicParametersRequest request) {
  co_return co_await store.run(
      [version, request = std::move(request)](Transaction& tx) -> Result<api::DynamicParametersResponse> {
        const auto ownerId = request.owner_id.value_or(UserId());
        TRY_ASSIGN(const auto owner, store::findUser(tx, ownerId));
        if (!owner) return ownerNotFound();
        TRY_ASSIGN(const auto records, store::listTemplateVersionParameters(tx, version));
        api::DynamicParametersResponse response;
        for (const auto& evaluated : provision::evaluateParameters(records, request.inputs))
          response.parameters.push_back(parameterView(evaluated));
        return response;
      });
}

// Answers requests in their order until the peer leaves; `subscription` then lets go of the time limit.
Task<void> answerRequests(store::Store& store, http::WebSocket& socket, Events::Subscription& subscription,
                          TemplateVersionId version, UserId owner) {
  api::DynamicParametersRequest request{.id = kInitialId, .inputs = {}, .owner_id = owner};
  while (true) {
    if (request.owner_id.value_or(UserId()).isNil()) request.owner_id = owner;
    owner = *request.owner_id;
    const auto id = request.id;
    auto response = co_await evaluate(store, version, std::move(request));
    if (!response) {
      co_await socket.close(http::CloseCode::InternalError, response.error().message());
      break;
    }
    response->id = id;
    if (!co_await socket.writeText(api::toJson(*response))) break;

    const auto message = co_await socket.read();
    if (!message) break;
    auto next = message->isText ? api::fromJson<api::DynamicParametersRequest>(message->data)
                                : fail(ErrorCode::ProtocolViolation, "a text frame is expected");
    if (!next) {
      co_await socket.close(http::CloseCode::UnsupportedData, next.error().message());
      break;
    }
    request = *std::move(next);
  }
  subscription.close();
}

Task<void> closeInTheEnd(http::WebSocket& socket, Events::Subscription& subscription) {
  (void)co_await subscription.wait(kSessionLimit);
  co_await socket.close(http::CloseCode::GoingAway, "the session is over");
}

}  // namespace

Task<Answer> watchDynamicParameters(Call& call) {
  CO_TRY_ASSIGN(const auto version, co_await importedVersionOfPath(call, 425));
  CO_TRY_ASSIGN(
      const auto owner,
      co_await inTransaction(
          call.services.store,
          [actor = call.user(), name = call.queryOr("user_id", "me")](Transaction& tx) -> ApiResult<UserId> {
            if (name != "me" && !UserId::parse(name))
              return apiFail(ApiError::invalidQuery("user_id", "Query param \"user_id\" must be a valid UUID"));
            TRY_ASSIGN(const auto user, userNamed(tx, actor, name));
            return user.id;
          }));
  const auto subscription = call.services.events.subscribe({});
  CO_TRY_ASSIGN(const auto socket, co_await acceptSocket(call));
  socket->setReadLimit(kMaxRequestFrame);
  using asio::experimental::awaitable_operators::operator&&;
  co_await (answerRequests(call.services.store, *socket, *subscription, version.id, owner) &&
            closeInTheEnd(*socket, *subscription));
  co_return Answered();
}

Task<Answer> evaluateDynamicParameters(Call& call) {
  CO_TRY_ASSIGN(auto request, readJson<api::DynamicParametersRequest>(call));
  CO_TRY_ASSIGN(const auto version, co_await importedVersionOfPath(call, 425));
  CO_TRY_ASSIGN(const auto response, co_await evaluate(call.services.store, version.id, std::move(request)));
  co_return jsonResponse(200, response);
}

}  // namespace berth::server::routes

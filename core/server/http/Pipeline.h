// What every request passes before and after its handler; Pipeline.cpp holds the order with its reasons.
#pragma once

#include <functional>

#include "core/http/Server.h"
#include "core/server/http/Authenticator.h"
#include "core/server/http/RateLimiter.h"
#include "core/server/http/Router.h"

namespace berth::server {

// Told of every finished call to a route; writes by people end up in the audit log.
using CallObserver = std::function<Task<void>(const Call& call, const Route& route, int status)>;

struct PipelineOptions {
  bool limitsRates = true;
  CallObserver observer;  // may be empty
};

class Pipeline {
 public:
  // Everything handed in must outlive the pipeline, and the pipeline the handler that it gives.
  Pipeline(const Router& router, Services& services, Authenticator& authenticator, PipelineOptions options = {});

  http::Handler handler();

 private:
  Task<void> run(http::Exchange& exchange);
  Task<void> serve(http::Exchange& inner);
  Task<std::size_t> bodyLimitOf(const http::Request& head, const std::string& remoteAddress);
  Task<http::Response> dispatch(Call& call, const Route& route, bool& isAnswered);
  Task<ApiResult<void>> authenticate(Call& call, const Route& route);
  ApiResult<void> checkForgery(const Call& call) const;
  ApiResult<void> takeRate(const Call& call, const Route& route);

  const Router& m_router;
  Services& m_services;
  Authenticator& m_authenticator;
  PipelineOptions m_options;
  RateLimiter m_rates;
};

}  // namespace berth::server

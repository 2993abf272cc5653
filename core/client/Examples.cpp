#include "core/client/Examples.h"

namespace berth::client {

Task<Result<std::optional<api::TemplateExample>>> findExample(Session& session, std::string id) {
  auto examples = co_await session.templateExamples();
  if (!examples) {
    // Those who may not make templates need not know of them.
    const bool mayNot =
        examples.error().code() == ErrorCode::NotFound || examples.error().code() == ErrorCode::PermissionDenied;
    if (mayNot) co_return std::nullopt;
    co_return fail(examples.error());
  }
  for (auto& example : *examples)
    if (example.id == id) co_return std::move(example);
  co_return std::nullopt;
}

Task<Result<api::Template>> addExample(Session& session, OrganizationId organization, api::TemplateExample example,
                                       ImportVersion import) {
  api::CreateTemplateVersionRequest version;
  version.storage_method = "file";
  version.example_id = example.id;
  version.provisioner = "terraform";
  CO_TRY_ASSIGN(const auto imported, co_await import(std::move(version)));
  api::CreateTemplateRequest request;
  request.name = example.id;
  request.display_name = api::omitEmpty(std::move(example.name));
  request.description = api::omitEmpty(std::move(example.description));
  request.icon = api::omitEmpty(std::move(example.icon));
  request.template_version_id = imported;
  co_return co_await session.createTemplate(organization, std::move(request));
}

}  // namespace berth::client

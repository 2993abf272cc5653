#include "core/api/Parameters.h"

#include "core/api/detail/Codec.h"

namespace berth::api {
BERTH_API_CODEC(ParameterValue);
BERTH_API_CODEC(TemplateVersionParameterOption);
BERTH_API_CODEC(TemplateVersionParameter);
BERTH_API_CODEC(TemplateVersionVariable);
BERTH_API_CODEC(TemplateVersionExternalAuth);
BERTH_API_CODEC(PresetParameter);
BERTH_API_CODEC(Preset);
BERTH_API_CODEC(DynamicParametersRequest);
BERTH_API_CODEC(DiagnosticExtra);
BERTH_API_CODEC(FriendlyDiagnostic);
BERTH_API_CODEC(NullHclString);
BERTH_API_CODEC(PreviewParameterOption);
BERTH_API_CODEC(PreviewParameterValidation);
BERTH_API_CODEC(ParameterStyling);
BERTH_API_CODEC(PreviewParameter);
BERTH_API_CODEC(DynamicParametersResponse);
}  // namespace berth::api

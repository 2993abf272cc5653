// Where parameter values come from: flags, a file, a preset, the last build, a question, the template's default; and
// the options that say so (reference/rest-api.md 7.4, 7.5).
#pragma once

#include <map>

#include "app/cli/Command.h"
#include "app/cli/Context.h"

namespace berth::cli {

struct ParameterOptions {
  std::vector<std::string> values = {};     // name=value
  std::vector<std::string> defaults = {};   // name=value
  std::vector<std::string> ephemeral = {};  // name=value
  std::vector<std::string> buildOptions = {};
  std::string file = {};
  bool promptsAll = false;
  bool promptsEphemeral = false;
  bool promptsBuildOptions = false;
  bool usesDefaults = false;
};

void declareParameterOptions(const Command& command, ParameterOptions& options);

using ParameterMap = std::map<std::string, std::string>;

// What flags and the file say. InvalidInput for an entry without '='.
Result<ParameterMap> givenParameters(const ParameterOptions& options);
Result<ParameterMap> pairsOf(const std::vector<std::string>& texts, const std::string& flag);

struct ParameterQuestion {
  const ParameterOptions* options = nullptr;
  ParameterMap given = {};  // flags, file, preset: not asked
  ParameterMap last = {};   // the latest build's
  bool isUpdate = false;    // a build of a workspace that exists: immutable ones stay
};

// The values to send for a build of `version`. Asks for what is missing; InvalidInput when nobody can answer, or when a
// value names a parameter that the template does not have.
Task<Result<std::vector<api::ParameterValue>>> resolveParameters(client::Session& session,
                                                                 const api::TemplateVersion& version,
                                                                 bool usesClassicFlow, UserId owner,
                                                                 ParameterQuestion question);

}  // namespace berth::cli

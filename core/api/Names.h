// What things may be called (reference/rest-api.md 1.6): the server's rule, and what clients check before they ask.
#pragma once

#include <string_view>

namespace berth::api {

inline constexpr std::size_t kMaxNameBytes = 32;
inline constexpr std::size_t kMaxVersionNameBytes = 64;

// Users, workspaces, templates, organizations: letters and digits with single dashes inside, up to kMaxNameBytes, and
// neither "new" nor "create".
bool isName(std::string_view name);
bool isTemplateVersionName(std::string_view name);  // also dots and underscores, up to kMaxVersionNameBytes
bool isDisplayName(std::string_view name);          // empty, or up to 64 bytes without white space around
bool isEmail(std::string_view text);                // roughly local@domain: mail servers know better

}  // namespace berth::api

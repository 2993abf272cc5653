// What things may be called (reference/rest-api.md 1.6).
#pragma once

#include <string>
#include <string_view>

namespace berth::server {

// Users, workspaces, templates, organizations: letters and digits with single dashes inside, up to 32 bytes, and
// neither "new" nor "create".
bool isName(std::string_view name);
bool isTemplateVersionName(std::string_view name);  // also dots and underscores, up to 64 bytes
bool isDisplayName(std::string_view name);          // empty, or up to 64 bytes without white space around
bool isEmail(std::string_view text);                // roughly local@domain: mail servers know better

// "brave_newton42", for what was not given a name.
std::string randomName();

}  // namespace berth::server

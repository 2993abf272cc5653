// Every route that the server has. Reading this file's .cpp is reading the API's index.
#pragma once

#include <span>

#include "core/server/http/Router.h"

namespace berth::server {

std::span<const Route> routeTable();

}  // namespace berth::server

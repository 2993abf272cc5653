// The few pages for browsers that the server has without a dashboard.
#pragma once

#include "core/http/Message.h"

namespace berth::server {

http::Response indexPage();    // every path outside the API that is nothing else
http::Response cliAuthPage();  // sign in and take a key for the command line or an IDE (reference/rest-api.md 2.5)

}  // namespace berth::server

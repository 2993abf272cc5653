// Names that the server makes up; what others may choose is in core/api/Names.h.
#pragma once

#include <string>

namespace berth::server {

// "brave_newton42", for what was not given a name.
std::string randomName();

}  // namespace berth::server

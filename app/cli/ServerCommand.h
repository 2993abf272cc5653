// The seam of `berth server`: implemented in ServerCommand.cpp.
#pragma once

namespace CLI {
class App;
}

namespace berth::cli {

class Context;

void registerServerCommand(CLI::App& root, Context& context);

}  // namespace berth::cli

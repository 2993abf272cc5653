// All that the program `berth` can do, as a tree of commands: main.cpp runs it, ManPage.h describes it.
#pragma once

namespace CLI {
class App;
}

namespace berth::cli {

class Context;

// `app` is new; it and `context` live as long as the program.
void declareProgram(CLI::App& app, Context& context);

}  // namespace berth::cli

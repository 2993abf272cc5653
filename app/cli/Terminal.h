// Talking to the person at the terminal. Results go to standard output, everything else to standard error.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/base/Error.h"
#include "core/base/Secret.h"

namespace berth::cli {

bool isInteractive();      // questions can be asked: standard input and error are a terminal
bool hasTerminalOutput();  // standard output is a terminal: colours, lines that change

// A line on standard output, at once. The program ends when that is lost: endForLostOutput().
void print(const std::string& text);
void printStatus(const std::string& text);  // a line on standard error
// With exit code 1. Says why (an errno), unless it is only that the reader has seen enough (`| head`).
[[noreturn]] void endForLostOutput(int error);

// What is wrong with an answer, as a sentence; nothing when it will do.
using AnswerCheck = std::function<std::optional<std::string>(const std::string& answer)>;

// `fallback` stands in brackets and is taken for an empty answer. A wrong answer is asked for again. InvalidInput,
// naming `flag`, when nobody can answer or the input ends.
Result<std::string> ask(const std::string& question, const std::string& fallback, const std::string& flag,
                        const AnswerCheck& check);
Result<Secret> askSecret(const std::string& question, const std::string& flag);
// Without a terminal: InvalidInput that says to pass --yes. A "no", and nothing at all, is Cancelled.
Result<void> confirm(const std::string& question);
// Whether confirm() could ask, for before long work that would be in vain.
Result<void> checkConfirmable(const std::string& question);

enum class Style { Bold, Dim, Green, Yellow, Red, Cyan };
// `text` in a style when standard output is a terminal (and NO_COLOR is unset).
std::string styled(Style style, const std::string& text);

}  // namespace berth::cli

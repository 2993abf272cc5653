#include "app/cli/Terminal.h"

#include <termios.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <format>
#include <iostream>

namespace berth::cli {

namespace {

Error nobodyToAsk(const std::string& question, const std::string& flag) {
  return Error(ErrorCode::InvalidInput,
               std::format("{} is needed, and there is no terminal to ask on; pass {}", question, flag));
}

// No echo while it lives.
class HiddenInput {
 public:
  HiddenInput() {
    m_isSet = ::tcgetattr(STDIN_FILENO, &m_before) == 0;
    termios hidden = m_before;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (m_isSet) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~HiddenInput() {
    if (m_isSet) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_before);
  }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;

 private:
  termios m_before{};
  bool m_isSet = false;
};

Result<std::string> readLine(const std::string& question, const std::string& flag) {
  std::string line;
  if (std::getline(std::cin, line)) return line;
  std::fprintf(stderr, "\n");
  return fail(ErrorCode::InvalidInput,
              std::format("the input ended without an answer to \"{}\"; answer, or pass {}", question, flag));
}

const char* codeOf(Style style) {
  switch (style) {
    case Style::Bold: return "1";
    case Style::Dim: return "2";
    case Style::Green: return "32";
    case Style::Yellow: return "33";
    case Style::Red: return "31";
    case Style::Cyan: return "36";
  }
  return "0";
}

}  // namespace

bool isInteractive() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1; }

bool hasTerminalOutput() { return ::isatty(STDOUT_FILENO) == 1; }

void print(const std::string& text) {
  std::printf("%s\n", text.c_str());
  if (std::fflush(stdout) != 0) endForLostOutput(errno);
}

void endForLostOutput(int error) {
  if (error != EPIPE) std::fprintf(stderr, "berth: write to standard output: %s\n", std::strerror(error));
  std::_Exit(EXIT_FAILURE);
}

void printStatus(const std::string& text) {
  std::fflush(stdout);
  std::fprintf(stderr, "%s\n", text.c_str());
}

Result<std::string> ask(const std::string& question, const std::string& fallback, const std::string& flag,
                        const AnswerCheck& check) {
  if (!isInteractive()) return fail(nobodyToAsk(question, flag));
  while (true) {
    std::fprintf(stderr, "%s%s: ", question.c_str(), fallback.empty() ? "" : std::format(" [{}]", fallback).c_str());
    TRY_ASSIGN(auto answer, readLine(question, flag));
    if (answer.empty()) answer = fallback;
    const auto problem = check(answer);
    if (!problem) return answer;
    printStatus(styled(Style::Red, *problem));
  }
}

Result<Secret> askSecret(const std::string& question, const std::string& flag) {
  if (!isInteractive()) return fail(nobodyToAsk(question, flag));
  const HiddenInput hidden;  // first: it drops what was typed before
  std::fprintf(stderr, "%s: ", question.c_str());
  TRY_ASSIGN(auto line, readLine(question, flag));
  std::fprintf(stderr, "\n");
  return Secret(std::move(line));
}

Result<void> checkConfirmable(const std::string& question) {
  if (isInteractive()) return {};
  return fail(nobodyToAsk(std::format("a confirmation (\"{}\")", question), "--yes"));
}

Result<void> confirm(const std::string& question) {
  TRY(checkConfirmable(question));
  while (true) {
    std::fprintf(stderr, "%s (yes/no) ", question.c_str());
    TRY_ASSIGN(auto answer, readLine(question, "--yes"));
    for (char& c : answer) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (answer == "y" || answer == "yes") return {};
    if (answer.empty() || answer == "n" || answer == "no") return fail(ErrorCode::Cancelled, "nothing was done");
    printStatus("Answer yes or no.");
  }
}

std::string styled(Style style, const std::string& text) {
  static const bool isColoured = hasTerminalOutput() && std::getenv("NO_COLOR") == nullptr;
  return isColoured ? std::format("\033[{}m{}\033[0m", codeOf(style), text) : text;
}

}  // namespace berth::cli

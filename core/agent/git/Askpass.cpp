#include "core/agent/git/Askpass.h"

namespace berth::agent::git {

namespace {

constexpr std::string_view kQuotes = "'\":";

std::string_view thirdWord(std::string_view text) {
  for (int skipped = 0; skipped < 2; ++skipped) {
    const auto blank = text.find(' ');
    if (blank == std::string_view::npos) return {};
    text.remove_prefix(blank + 1);
  }
  return text.substr(0, text.find(' '));
}

std::string_view withoutQuotes(std::string_view word) {
  const auto begin = word.find_first_not_of(kQuotes);
  if (begin == std::string_view::npos) return {};
  return word.substr(begin, word.find_last_not_of(kQuotes) - begin + 1);
}

}  // namespace

bool looksLikePrompt(std::string_view argument) {
  return argument.starts_with("Username ") || argument.starts_with("Password ");
}

Result<Prompt> parsePrompt(std::string_view text) {
  const std::string_view url = withoutQuotes(thirdWord(text));
  if (!url.starts_with("https://") && !url.starts_with("http://"))
    return fail(ErrorCode::Unsupported, std::format("\"{}\" names no http or https URL", text));
  const auto hostAt = url.find("://") + 3;
  const std::string_view authority = url.substr(hostAt, url.find('/', hostAt) - hostAt);
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos) return Prompt{std::string(url), {}};
  const std::string_view user = authority.substr(0, at);
  return Prompt{std::string(url.substr(0, hostAt)) + std::string(url.substr(hostAt + at + 1)),
                std::string(user.substr(0, user.find(':')))};
}

std::string_view chooseAnswer(const Prompt& prompt, const api::AgentExternalAuth& auth) {
  return prompt.user.empty() || auth.password.empty() ? auth.username : auth.password;
}

}  // namespace berth::agent::git

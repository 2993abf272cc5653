#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/Terminal.h"
#include "core/api/Names.h"

namespace berth::cli {

namespace {

struct LoginOptions {
  std::string url;
  std::string email, username, fullName, password;
  bool startsTrial = false;
  bool usesTokenAsSession = false;
};

// Stock clients take https, except for this machine.
std::string withScheme(const std::string& url) {
  if (url.find("://") != std::string::npos) return url;
  const bool isLocal = url.starts_with("localhost") || url.starts_with("127.") || url.starts_with("[::1]");
  return (isLocal ? "http://" : "https://") + url;
}

constexpr int kSignInAttempts = 3;

std::optional<std::string> problemOfUrl(const std::string& text) {
  if (text.empty()) return "It is like https://berth.example.com.";
  const auto url = http::parseUrl(withScheme(text));
  return url ? std::nullopt : std::optional(url.error().message());
}

std::optional<std::string> problemOfUsername(const std::string& name) {
  if (api::isName(name)) return std::nullopt;
  return std::format("A username has letters, digits and single dashes between them, at most {}.", api::kMaxNameBytes);
}

std::optional<std::string> problemOfEmail(const std::string& email) {
  if (api::isEmail(email)) return std::nullopt;
  return "An email is like name@example.com.";
}

Result<std::string> orAsk(const std::string& given, const std::string& question, const std::string& flag,
                          const AnswerCheck& check) {
  return given.empty() ? ask(question, "", flag, check) : Result<std::string>(given);
}

// What the server says against a password; nothing when it does not check ahead.
Task<Result<std::optional<std::string>>> problemOfPassword(client::Session& session, Secret password) {
  const auto checked = co_await session.validatePassword(std::move(password));
  if (checked) co_return checked->valid ? std::nullopt : std::optional(checked->details);
  if (checked.error().code() == ErrorCode::NotFound) co_return std::nullopt;
  co_return fail(checked.error());
}

Task<Result<Secret>> choosePassword(client::Session& session, const LoginOptions& options) {
  if (!options.password.empty()) co_return Secret(options.password);
  if (isInteractive())
    printStatus(
        "The password must be hard to guess: long, or with capitals, digits and punctuation; at most 64 bytes.");
  while (true) {
    CO_TRY_ASSIGN(const auto password, askSecret("Password", "--first-user-password"));
    CO_TRY_ASSIGN(const auto problem, co_await problemOfPassword(session, password));
    if (problem) {
      printStatus(styled(Style::Red, std::format("The server does not take it: {}.", *problem)));
      continue;
    }
    CO_TRY_ASSIGN(const auto again, askSecret("Password again", "--first-user-password"));
    if (password.reveal() == again.reveal()) co_return password;
    printStatus(styled(Style::Red, "The two differ; type it twice again."));
  }
}

Task<Result<Secret>> createFirstUser(client::Session& session, LoginOptions options) {
  printStatus("This server has no user yet: this makes the first one, who may do everything.");
  CO_TRY_ASSIGN(const auto username, orAsk(options.username, "Username", "--first-user-username", problemOfUsername));
  CO_TRY_ASSIGN(const auto email, orAsk(options.email, "Email", "--first-user-email", problemOfEmail));
  CO_TRY_ASSIGN(const auto password, co_await choosePassword(session, options));
  api::CreateFirstUserRequest request;
  request.username = username;
  request.email = email;
  request.name = options.fullName;
  request.password = password.reveal();
  request.trial = options.startsTrial;
  CO_TRY(co_await session.createFirstUser(std::move(request)));
  co_return co_await session.login(email, password);
}

Task<Result<Secret>> signIn(client::Session& session, LoginOptions options) {
  const bool hasCredentials = !options.email.empty() && !options.password.empty();
  if (!hasCredentials && !isInteractive())
    co_return fail(
        ErrorCode::InvalidInput,
        std::format("there is no terminal to ask for a password on; pass --token with a token from {}/cli-auth",
                    session.url().toString()));
  if (hasCredentials) co_return co_await session.login(options.email, Secret(options.password));
  printStatus(std::format("Signing in to {} (with another login method take a token from {}/cli-auth and pass --token)",
                          session.url().toString(), session.url().toString()));
  for (int attempt = 1;; ++attempt) {
    CO_TRY_ASSIGN(const auto email, orAsk(options.email, "Email", "--first-user-email", problemOfEmail));
    const bool isGiven = !options.password.empty();
    CO_TRY_ASSIGN(const auto password,
                  isGiven ? Result<Secret>(Secret(options.password)) : askSecret("Password", "--first-user-password"));
    auto token = co_await session.login(email, password);
    const bool isRefused = !token && token.error().code() == ErrorCode::Unauthenticated;
    if (!isRefused || attempt == kSignInAttempts) co_return token;
    printStatus(styled(Style::Red, token.error().message()));
    options.password.clear();
  }
}

Task<Result<Secret>> tokenFor(Context& context, client::Session& session, LoginOptions options) {
  CO_TRY_ASSIGN(const bool hasFirstUser, co_await session.hasFirstUser());
  if (!hasFirstUser) co_return co_await createFirstUser(session, std::move(options));
  const std::string& given = context.options().token;
  if (given.empty()) co_return co_await signIn(session, std::move(options));
  session.setToken(Secret(given));
  if (options.usesTokenAsSession) co_return Secret(given);
  co_return co_await session.createApiKey();
}

Task<Result<int>> login(Context& context, LoginOptions options) {
  std::string text = options.url;
  if (text.empty()) text = context.options().url;
  if (text.empty()) text = context.savedUrl().value_or("");
  if (text.empty()) {
    CO_TRY_ASSIGN(text, ask("URL of the server", "", "it as the argument", problemOfUrl));
  }
  CO_TRY_ASSIGN(const auto url, http::parseUrl(withScheme(text)));
  const auto session = context.sessionFor(url, Secret());
  CO_TRY_ASSIGN(auto token, co_await tokenFor(context, *session, std::move(options)));
  session->setToken(token);
  CO_TRY_ASSIGN(const auto me, co_await session->me());
  CO_TRY(context.saveSession(session->url(), token));
  print(std::format("Welcome to Berth, {}! You are signed in to {}.", styled(Style::Bold, me.username),
                    session->url().toString()));
  co_return 0;
}

Task<Result<int>> printToken(Context& context) {
  CO_TRY_ASSIGN(const auto session, context.session());
  print(std::string(session->options().token.reveal()));
  co_return 0;
}

}  // namespace

void registerLogin(const Command& root) {
  const auto options = std::make_shared<LoginOptions>();
  const auto command = root.add("login", "Sign in to a server");
  command.positional("url", options->url, "Address of the server, for example https://berth.example.com", false)
      .option("--first-user-email", options->email, "Email of the first user", "CODER_FIRST_USER_EMAIL")
      .option("--first-user-username", options->username, "Name of the first user", "CODER_FIRST_USER_USERNAME")
      .option("--first-user-full-name", options->fullName, "Full name of the first user", "CODER_FIRST_USER_FULL_NAME")
      .option("--first-user-password", options->password, "Password of the first user", "CODER_FIRST_USER_PASSWORD")
      .flag("--first-user-trial", options->startsTrial, "Ask a Coder server for a trial licence",
            "CODER_FIRST_USER_TRIAL")
      .flag("--use-token-as-session", options->usesTokenAsSession, "Keep the token of --token instead of a new one")
      .examples({"berth login http://127.0.0.1:3000", "berth login https://berth.example.com --token TOKEN"});
  command.onRun([options](Context& context) { return login(context, *options); });
  command.add("token", "Print the token of this session").onRun([](Context& context) { return printToken(context); });
}

}  // namespace berth::cli

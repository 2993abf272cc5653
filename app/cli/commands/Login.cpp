#include <format>

#include "app/cli/Commands.h"
#include "app/cli/Context.h"
#include "app/cli/Terminal.h"

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

Result<std::string> orAsk(const std::string& given, const std::string& question, const std::string& flag) {
  return given.empty() ? ask(question, "", flag) : Result<std::string>(given);
}

Result<Secret> passwordFrom(const LoginOptions& options, bool isNew) {
  if (!options.password.empty()) return Secret(options.password);
  TRY_ASSIGN(auto password, askSecret("Password", "--first-user-password"));
  if (!isNew) return password;
  TRY_ASSIGN(const auto again, askSecret("Password again", "--first-user-password"));
  if (password.reveal() != again.reveal()) return fail(ErrorCode::InvalidInput, "the passwords differ");
  return password;
}

Task<Result<Secret>> createFirstUser(client::Session& session, LoginOptions options) {
  printStatus("This server has no user yet: this makes the first one, who may do everything.");
  CO_TRY_ASSIGN(const auto username, orAsk(options.username, "Username", "--first-user-username"));
  CO_TRY_ASSIGN(const auto email, orAsk(options.email, "Email", "--first-user-email"));
  CO_TRY_ASSIGN(const auto password, passwordFrom(options, true));
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
  if (!hasCredentials)
    printStatus(
        std::format("Signing in to {} (with another login method take a token from {}/cli-auth and pass --token)",
                    session.url().toString(), session.url().toString()));
  CO_TRY_ASSIGN(const auto email, orAsk(options.email, "Email", "--first-user-email"));
  CO_TRY_ASSIGN(const auto password, passwordFrom(options, false));
  co_return co_await session.login(email, password);
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
    CO_TRY_ASSIGN(text, ask("URL of the server", "", "it as the argument"));
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

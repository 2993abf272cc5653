#include "core/server/auth/Passwords.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cmath>
#include <format>
#include <stdexcept>

namespace berth::server {

namespace {

// OWASP's recommendation for argon2id: 19 MiB, two passes.
constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemory = 19U << 20;

// How many characters there are to choose from, by the kinds that occur.
double alphabetSize(std::string_view password) {
  struct Kind {
    bool (*contains)(unsigned char);
    double size;
  };
  static constexpr Kind kKinds[] = {
      {[](unsigned char c) { return c >= 'a' && c <= 'z'; }, 26},
      {[](unsigned char c) { return c >= 'A' && c <= 'Z'; }, 26},
      {[](unsigned char c) { return c >= '0' && c <= '9'; }, 10},
      {[](unsigned char c) { return c >= 0x80; }, 64},
      {[](unsigned char c) { return c == '_' || c == '-' || c == '.' || c == ',' || c == ' '; }, 5},
      {[](unsigned char c) { return c == '!' || c == '@' || c == '$' || c == '&' || c == '*'; }, 5},
  };
  constexpr double kOtherPunctuation = 22;
  double size = 0;
  for (const Kind& kind : kKinds)
    if (std::ranges::any_of(password, [&](char c) { return kind.contains(static_cast<unsigned char>(c)); }))
      size += kind.size;
  const bool hasOther = std::ranges::any_of(password, [&](char c) {
    return std::ranges::none_of(kKinds, [&](const Kind& kind) { return kind.contains(static_cast<unsigned char>(c)); });
  });
  return std::max(size + (hasOther ? kOtherPunctuation : 0), 1.0);
}

// Characters that go on a repetition ("aaa") or a run ("abc", "321") tell nothing new.
std::size_t tellingLength(std::string_view password) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < password.size(); ++i) {
    if (i >= 2) {
      const int step = password[i] - password[i - 1];
      if (std::abs(step) <= 1 && step == password[i - 1] - password[i - 2]) continue;
    }
    ++length;
  }
  return length;
}

std::string hashNow(const Secret& password) {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.reveal().data(), password.reveal().size(), kPasses, kMemory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::bad_alloc();
  return text.data();
}

bool verifyNow(const Secret& password, const std::string& hash) {
  return crypto_pwhash_str_verify(hash.c_str(), password.reveal().data(), password.reveal().size()) == 0;
}

}  // namespace

std::optional<std::string> passwordProblem(std::string_view password) {
  if (password.size() > kMaxPasswordBytes)
    return std::format("password must be no more than {} characters", kMaxPasswordBytes);
  const double bits = static_cast<double>(tellingLength(password)) * std::log2(alphabetSize(password));
  if (bits < kMinPasswordEntropyBits)
    return "insecure password, try including more special characters, using uppercase letters, using numbers or using "
           "a longer password";
  return std::nullopt;
}

struct Passwords::Thread {
  asio::thread_pool pool{1};
  std::string decoy;  // what a password is compared with when there is none

  template <typename Work>
  auto run(Work work) -> Task<std::invoke_result_t<Work&>> {
    co_return co_await asio::co_spawn(
        pool, [](Work job) -> Task<std::invoke_result_t<Work&>> { co_return job(); }(std::move(work)),
        asio::use_awaitable);
  }
};

Passwords::Passwords() : m_thread(std::make_unique<Thread>()) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start");
}

Passwords::~Passwords() {
  m_thread->pool.stop();
  m_thread->pool.join();
}

Task<std::string> Passwords::hash(Secret password) {
  co_return co_await m_thread->run([password = std::move(password)] { return hashNow(password); });
}

Task<bool> Passwords::verify(Secret password, std::string hash) {
  co_return co_await m_thread->run([thread = m_thread.get(), password = std::move(password), hash = std::move(hash)] {
    if (!hash.empty()) return verifyNow(password, hash);
    if (thread->decoy.empty()) thread->decoy = hashNow(Secret("no such user"));
    (void)verifyNow(password, thread->decoy);
    return false;
  });
}

}  // namespace berth::server

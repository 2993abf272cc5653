#include "core/server/http/Pages.h"

#include <string_view>

#include "core/server/http/Json.h"

namespace berth::server {

namespace {

constexpr const char* kHtml = "text/html; charset=utf-8";

constexpr std::string_view kStyle = R"(<style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1rem}
input,button{font:inherit;padding:.4rem .6rem;width:100%;box-sizing:border-box;margin:.25rem 0}
code{display:block;padding:.8rem;border:1px solid currentColor;border-radius:6px;overflow-wrap:anywhere}
.error{color:#c0392b}</style>)";

constexpr std::string_view kIndexBody = R"(<h1>Berth</h1>
<p>This is a Berth server. Open it in the Berth app, or use the command line:</p>
<code>berth login <span id="url"></span></code>
<p><a href="/cli-auth">Get a key</a> for the command line or an IDE.</p>
<script>document.getElementById('url').textContent = location.origin;</script>)";

constexpr std::string_view kCliAuthBody = R"(<h1>Your key</h1>
<form id="form"><p>Sign in to get a key for the command line or an IDE.</p>
<label>Email<input name="email" type="email" autocomplete="username" required></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required></label>
<button>Sign in</button><p class="error" id="error" role="alert"></p></form>
<div id="result" hidden><p>Copy this key and paste it where you were asked for it:</p><code id="key"></code></div>
<script>
document.getElementById('form').addEventListener('submit', async event => {
  event.preventDefault();
  const fields = new FormData(event.target);
  const answer = await fetch('/api/v2/users/login', {method: 'POST', credentials: 'omit',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({email: fields.get('email'), password: fields.get('password')})});
  const body = await answer.json();
  if (!answer.ok) { document.getElementById('error').textContent = body.message; return; }
  document.getElementById('key').textContent = body.session_token;
  document.getElementById('form').hidden = true;
  document.getElementById('result').hidden = false;
});
</script>)";

http::Response page(std::string_view body) {
  std::string html = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Berth</title>";
  html.append(kStyle).append(body);
  auto response = textResponse(200, std::move(html), kHtml);
  response.headers.set("Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
                       "base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
  response.headers.set("Cache-Control", "no-store");
  return response;
}

}  // namespace

http::Response indexPage() { return page(kIndexBody); }
http::Response cliAuthPage() { return page(kCliAuthBody); }

}  // namespace berth::server

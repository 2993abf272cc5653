#include "app/desktop/QuitSignals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace berth::desktop {

namespace {

int g_pipe[2] = {-1, -1};  // the handler's only way out

void onSignal(int) {
  const char byte = 0;
  [[maybe_unused]] const auto written = ::write(g_pipe[1], &byte, 1);
}

int openPipe() {
  if (::pipe2(g_pipe, O_CLOEXEC | O_NONBLOCK) != 0) qFatal("pipe2: %s", strerror(errno));
  return g_pipe[0];
}

}  // namespace

QuitSignals::QuitSignals(QObject* parent) : QObject(parent), m_notifier(openPipe(), QSocketNotifier::Read) {
  connect(&m_notifier, &QSocketNotifier::activated, this, [this] {
    m_notifier.setEnabled(false);
    Q_EMIT quitRequested();
  });
  struct sigaction action = {};
  action.sa_handler = onSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(number, &action, nullptr);
}

}  // namespace berth::desktop

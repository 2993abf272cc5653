#include "ui/bridge/CoreThread.h"

namespace berth::ui {

CoreThread::CoreThread() : m_io(1), m_work(m_io.get_executor()), m_thread([this] { m_io.run(); }) {}

CoreThread::~CoreThread() {
  m_work.reset();
  m_io.stop();
}

}  // namespace berth::ui

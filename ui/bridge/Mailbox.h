// The way from the core thread back to an object of the main thread, safe against the object's end.
#pragma once

#include <QObject>
#include <functional>
#include <memory>
#include <mutex>

namespace berth::ui {

class Mailbox {
 public:
  explicit Mailbox(QObject* receiver) : m_receiver(receiver) {}

  // Any thread. Runs `action` later on the receiver's thread, or never if the receiver is gone.
  void post(std::function<void()> action) {
    const std::scoped_lock lock(m_mutex);
    if (m_receiver != nullptr) QMetaObject::invokeMethod(m_receiver, std::move(action), Qt::QueuedConnection);
  }

  // Called by the receiver's destructor.
  void close() {
    const std::scoped_lock lock(m_mutex);
    m_receiver = nullptr;
  }

 private:
  std::mutex m_mutex;
  QObject* m_receiver;  // guarded by m_mutex
};

}  // namespace berth::ui
